#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every figure of the table in docs/performance.md, "The peers again", measured in one run: each row's contenders alternate
in rounds, what each made is held against what it had to make, and medians and leads with their 95 % bootstrap intervals are
printed as Markdown tables beside the figures from before the project began.

  scripts/setup.sh peers && cmake --preset bench && cmake --build --preset bench
  bench/peers/peers.py --build build/bench [--rows REGEX] [--rounds 5] [--quick]

Exit status: 0 everything was measured; 1 a contender failed or cheated; 2 the command line is wrong; 3 something is not there (it
is named, and the rest is measured; without millrace itself nothing is)."""
import argparse
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import rows_data  # noqa: E402
import rows_http  # noqa: E402
import rows_parallel  # noqa: E402
import rows_processor  # noqa: E402
import rows_sqlite  # noqa: E402
import rows_stages  # noqa: E402
import rows_surreal  # noqa: E402
import rows_text  # noqa: E402
from harness import ROOT, Failed, Missing, Work, markdown, measure_row, overview  # noqa: E402
from measuring import machine  # noqa: E402

MODULES = (rows_surreal, rows_sqlite, rows_http, rows_data, rows_processor, rows_parallel, rows_stages, rows_text)
PACKAGES = ("libsqlite3-dev", "libsimdjson-dev", "libicu-dev", "prometheus-cpp-dev", "jq", "miller", "wrk")


@dataclasses.dataclass
class Sizes:
    posts: int           # SQLite, DuckDB, simdjson
    slow_posts: int      # jq, Miller
    engine_posts: int    # SurrealDB's engine, many rows a call
    single_posts: int    # one call a post
    socket_posts: int    # millrace into SurrealDB
    http_seconds: int
    rounds: int


SIZES = {
    "full": Sizes(1_000_000, 200_000, 20_000, 1500, 40_000, 4, 5),
    "quick": Sizes(100_000, 20_000, 5000, 300, 10_000, 1, 2),
    "tiny": Sizes(2000, 2000, 1000, 50, 1000, 1, 1),
}


def sizes_of(options):
    sizes = SIZES["tiny" if options.tiny else "quick" if options.quick else "full"]
    chosen = {name: int(value) for name in ("posts", "rounds") if (value := getattr(options, name))}
    sizes = dataclasses.replace(sizes, **chosen)
    if options.scale == 1:
        return sizes
    scaled = {field.name: max(1, round(getattr(sizes, field.name) * options.scale))
              for field in dataclasses.fields(Sizes) if field.name not in {"rounds", *chosen}}
    return dataclasses.replace(sizes, **scaled)


def first_line(*command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20, check=False)
    except OSError:
        return None
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else None


def versions(work):
    """Of every tool, as far as it is there."""
    found = {"millrace": first_line(str(work.options.build / "bin/millrace"), "--version"), "g++": first_line("g++", "--version"),
             "rustc": first_line("rustc", "--version"), "node": first_line("node", "--version")}
    for package in PACKAGES:
        found[package] = first_line("dpkg-query", "-W", "-f", "${Version}", package)
        if found[package] and "no packages" in found[package]:
            found[package] = None
    for tool in ("peers", "surreal-dev"):
        for name in json.loads((ROOT / f"tools/{tool}/package.json").read_text())["dependencies"]:
            path = ROOT / f"tools/{tool}/node_modules/{name}/package.json"
            found[f"npm {name}"] = json.loads(path.read_text())["version"] if path.exists() else None
    found.update({name: work.made[name] for name in ("SurrealDB engine", "better-sqlite3's SQLite", "DuckDB", "simdjson's implementation")
                  if name in work.made})
    return {name: version for name, version in found.items() if version}


def say(words):
    print(f"[{time.strftime('%H:%M:%S')}] {words}", file=sys.stderr, flush=True)


def status_of(results, options):
    states = {state["status"] for result in results for state in result["contenders"]}
    if "failed" in states:
        return 1
    return 3 if "missing" in states and not options.allow_missing else 0


def summary(results):
    lines = []
    for wanted, title in (("failed", "Failed"), ("missing", "Not installed"), ("not yet", "Not there yet")):
        named = {f"{result['name']}: {state['name']}: {state['why']}" for result in results for state in result["contenders"]
                 if state["status"] == wanted}
        lines += [f"\n{title}:", *(f"- {line}" for line in sorted(named))] if named else []
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/bench", help="a build of preset bench")
    parser.add_argument("--rows", default="", metavar="REGEX", help="only rows whose name it finds; --list names them")
    parser.add_argument("--rounds", type=int, help="of each row (5; with --quick 2)")
    parser.add_argument("--quick", action="store_true", help="small inputs: 3 minutes, figures that only show that all runs")
    parser.add_argument("--tiny", action="store_true", help="smaller still, one round: for the tests")
    parser.add_argument("--posts", type=int, help="in the file for SQLite, DuckDB and simdjson (1,000,000)")
    parser.add_argument("--scale", type=float, default=1, help="multiplies every size that is not given")
    parser.add_argument("--gateway", metavar="URL|COMMAND", help="an HTTP server to measure as millrace's: http://HOST:PORT/v1/post, or a command "
                        "with {port} and {database}; otherwise `millrace serve` as soon as there is one")
    parser.add_argument("--folder", help="where inputs and databases are made; a temporary one otherwise")
    parser.add_argument("--json", type=pathlib.Path, default=ROOT / "build/peers.json", help="where the raw figures go")
    parser.add_argument("--allow-missing", action="store_true", help="what is not installed does not change the exit status")
    parser.add_argument("--list", action="store_true", help="the names of the rows, and nothing else")
    options = parser.parse_args()
    try:
        re.compile(options.rows)
    except re.error as error:
        parser.error(f"--rows {options.rows!r} is no regular expression: {error}")
    return options


def write_json(options, about, versions_found, sizes, begin, results):
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": about, "versions": versions_found, "sizes": dataclasses.asdict(sizes),
                                        "minutes": (time.monotonic() - begin) / 60, "rows": results}, indent=1, ensure_ascii=False) + "\n")


def main():
    options = arguments()
    sizes = sizes_of(options)
    rows = [row for module in MODULES for row in module.rows(sizes) if re.search(options.rows, row.name)]
    if options.list or not rows:
        print("\n".join(row.name for row in rows) or f"no row's name has {options.rows!r} in it")
        return 0 if rows else 2
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="millrace-peers-") as folder:
        work = Work(options, sizes, pathlib.Path(folder))
        try:
            work.program("millrace")
        except Missing as missing:
            print(f"peers: {missing}", file=sys.stderr)
            return 3
        about = machine(folder)
        print(f"# The peers again\n\n{time.strftime('%Y-%m-%d %H:%M')}; {about}; medians of {sizes.rounds} alternating rounds", flush=True)
        begin, results = time.monotonic(), []
        for row in rows:
            results.append(measure_row(row, work, sizes.rounds, say))
            print(markdown(results[-1]), flush=True)
            write_json(options, about, {}, sizes, begin, results)  # what there is, should the run be stopped
        if any(row.name.startswith("http/") for row in rows):
            print(f"\n{rows_http.quotation()}")
        found = versions(work)
        print(f"\n### All rows\n\n{overview(results)}")
        print("\nVersions: " + "; ".join(f"{name} {version}" for name, version in found.items()))
        print(summary(results))
        print(f"\n{(time.monotonic() - begin) / 60:.1f} minutes; load average {os.getloadavg()[0]:.2f} at the end; raw figures in {options.json}")
        write_json(options, about, found, sizes, begin, results)
    return status_of(results, options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"peers: {failure}")
