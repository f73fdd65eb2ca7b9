#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building, testing and the demo need, from Debian and npm by name. What is there already is left alone, so
# that a second run does nothing.   Usage: scripts/setup.sh build|test|demo|check|coverage|pgo|profile|peers
set -euo pipefail
cd "$(dirname "$0")/.."

build=(g++ cmake ninja-build pkg-config python3 ca-certificates libsimdjson-dev libboost1.81-dev libssl-dev libcbor-dev
  libsqlite3-dev libarchive-dev libcli11-dev libfmt-dev libspdlog-dev zlib1g-dev systemtap-sdt-dev libtbb-dev libicu-dev unicode-data libre2-dev)
# Of `prometheus` the tests use the programs prometheus and promtool. Where systemd runs, Debian's package also starts a service on port
# 9090, which nothing here needs: `systemctl disable --now prometheus` ends it.
tests=(libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev libcsv-dev sqlite3 gzip zstd xz-utils bzip2 openssl
  prometheus prometheus-cpp-dev python3-prometheus-client valgrind chromium systemd)
demo=(sqlite3)
check=(clang-19 libclang-rt-19-dev)
# What `make bench-peers` measures beside millrace; make, for better-sqlite3, which npm brings as source.
peers=(jq miller wrk make librust-rayon-dev)
coverage=(gcovr)
profile=(linux-perf valgrind libdevel-nytprof-perl)  # the last for its flamegraph.pl

case "${1:-}" in
  build) wanted=("${build[@]}") ;;
  demo) wanted=("${build[@]}" "${demo[@]}") ;;
  test) wanted=("${build[@]}" "${tests[@]}") ;;
  check) wanted=("${build[@]}" "${tests[@]}" "${check[@]}") ;;
  coverage) wanted=("${build[@]}" "${tests[@]}" "${coverage[@]}") ;;
  pgo) wanted=("${build[@]}" gzip) ;;
  profile) wanted=("${build[@]}" "${profile[@]}") ;;
  peers) wanted=("${build[@]}" "${tests[@]}" "${peers[@]}") ;;
  *) echo "usage: scripts/setup.sh build|test|demo|check|coverage|pgo|profile|peers" >&2; exit 2 ;;
esac
# A Node that is there, whoever packed it, is as good as Debian's.
if [ "$1" != build ]; then
  command -v node >/dev/null || wanted+=(nodejs)
  command -v npm >/dev/null || wanted+=(npm)
fi
# The folder whose include/node has the headers of the Node that is there; nothing where there is none.
node_folder() { node -p 'const f = path.resolve(process.execPath, "../.."); fs.existsSync(f + "/include/node/node.h") ? f : ""' 2>/dev/null || true; }
if [ "$1" = peers ]; then
  command -v rustc >/dev/null || wanted+=(rustc)
  command -v cargo >/dev/null || wanted+=(cargo)
  [ -n "$(node_folder)" ] || wanted+=(libnode-dev)
fi

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup: run this as root, or install sudo, to get: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

# npm packages of a folder, unless node_modules is as its lock file says.
install_npm() {
  if ! cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock.json"; then
    echo "setup: installing the npm packages of $1"
    npm ci --prefix "$1" --no-audit --no-fund --omit=dev
    cp "$1/package-lock.json" "$1/node_modules/.installed-lock.json"
  fi
}
if [ "$1" = demo ] || [ "$1" = profile ]; then install_npm tools/corpus; fi
if [ "$1" = pgo ]; then install_npm tools/surreal-dev; fi
if [ "$1" = peers ]; then
  install_npm tools/surreal-dev
  install_npm tools/corpus
  # Built here, against the headers that are here: nothing is fetched but the packages themselves.
  npm_config_build_from_source=true npm_config_nodedir=$(node_folder) install_npm tools/peers
fi
if [ "$1" = test ] || [ "$1" = check ] || [ "$1" = coverage ]; then
  install_npm tools/corpus
  install_npm tools/surreal-dev
  install_npm tools/openapi
fi
