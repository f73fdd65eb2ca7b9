# SPDX-License-Identifier: Apache-2.0
# Thin over CMake presets. Each target does its own set-up; what is done already is not done again.
.PHONY: build demo test check pgo coverage profile bench bench-build bench-compare bench-load bench-peers install clean help

help:
	@echo "make demo   builds, loads the Reuters corpus into SQLite and shows what happened"
	@echo "make test   builds and runs every test"
	@echo "make check  runs the unit and contract tests under the sanitizers, and longer fuzz runs"
	@echo "make build  builds the command: build/release/bin/millrace"
	@echo "make pgo    the same, optimised by a profile of its own commands: build/pgo/bin/millrace"
	@echo "make coverage   which share of each room's lines the unit and contract tests run"
	@echo "make install PREFIX=/usr/local"
	@echo "make bench  measures hot units one by one, and keeps the run: build/bench-report.html (docs/benchmarks.md)"
	@echo "make bench-compare BASE=main  compares them with another commit's, alternating; fails if one is slower (for CI: scripts/bench_compare.sh exits with 0, 1 or 2)"
	@echo "make bench-load  measures the loader against its rivals, some 70 minutes (docs/performance.md)"
	@echo "make bench-peers  measures the peers of docs/performance.md again, installing them first; PEERS=--quick for a look"
	@echo "make profile  shows where the time of the demo's load goes (docs/profiling.md)"

build:
	@scripts/setup.sh build
	@cmake --preset release -DCMAKE_INSTALL_PREFIX=$(or $(PREFIX),/usr/local) --log-level=NOTICE
	@cmake --build --preset release

demo:
	@scripts/setup.sh demo
	@cmake --preset release --log-level=NOTICE
	@cmake --build --preset release
	@scripts/demo.sh build/release/bin/millrace

test:
	@scripts/setup.sh test
	@cmake --preset ci --log-level=NOTICE
	@cmake --build --preset ci
	@ctest --preset ci

check:
	@scripts/setup.sh check
	@scripts/check.sh

pgo:
	@scripts/setup.sh pgo
	@scripts/pgo.sh

coverage:
	@scripts/setup.sh coverage
	@scripts/coverage.py

bench-build:
	@scripts/setup.sh test
	@cmake --preset bench --log-level=NOTICE
	@cmake --build --preset bench

# BENCH_FLAGS: those of bench/analysis/bench.py, as --quick, --filter=json, --instructions.
bench: bench-build
	@scripts/bench_micro.sh $(BENCH_FLAGS)

bench-compare:
	@scripts/setup.sh test
	@scripts/bench_compare.sh "$(BASE)" $(BENCH_FLAGS)

bench-load: bench-build
	@scripts/bench.sh

bench-peers:
	@scripts/setup.sh peers
	@cmake --preset bench --log-level=NOTICE
	@cmake --build --preset bench
	@bench/peers/peers.py --build build/bench $(PEERS)

profile:
	@scripts/setup.sh profile
	@cmake --preset profile --log-level=NOTICE
	@cmake --build --preset profile
	@scripts/profile.sh build/profile/bin/millrace

install: build
	cmake --install build/release

clean:
	rm -rf build data
