#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What bad records cost: loads into a SurrealDB engine in which a share of the records is refused, for each way of being
refused. Beside each: the same load with every record in a transaction of its own, 250 of them to a request, which is how an
outcome for each record is had without isolation. Alternating rounds; every count is checked against the engine.

  isolation_bench.py --build build/bench [--engine surrealkv] [--records 20000] [--rounds 3] [--kinds type,duplicate,assert,unique,mixed]"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/command"))
os.environ.setdefault("MILLRACE", "")  # which the tests' support asks for
from surreal_server import Server, count, query  # noqa: E402

DEFINE = """DEFINE TABLE item; DEFINE FIELD score ON item TYPE int; DEFINE FIELD age ON item TYPE option<int> ASSERT $value == NONE OR $value >= 0;
            DEFINE INDEX codes ON item FIELDS code UNIQUE; CREATE item:0 SET score = 0, code = 'taken'"""
SHARES = (0, 0.001, 0.01, 0.1, 0.5, 1)


def spoil(record, kind):
    if kind == "type":
        record["score"] = "none"
    elif kind == "assert":
        record["age"] = -1
    elif kind == "unique":
        record["code"] = "taken"
    return record


def write_input(folder, kind, share, records):
    """The file, and the ids that will be refused."""
    draw = random.Random(records * 1000 + int(share * 1000))
    kinds = ("type", "duplicate", "assert", "unique") if kind == "mixed" else (kind,)
    path, taken, bad = pathlib.Path(folder) / f"{kind}-{share}.ndjson", [], 0
    with open(path, "w") as out:
        for i in range(1, records + 1):
            record = {"id": i, "score": i, "code": f"c{i}", "title": f"record {i}", "content": "lorem ipsum " * 20}
            if draw.random() < share:
                bad += 1
                fault = draw.choice(kinds)
                if fault == "duplicate":
                    taken.append(i)
                spoil(record, fault)
            out.write(json.dumps(record) + "\n")
    return path, taken, bad


def load(server, command, taken, expected):
    url = server.url()
    query(url, DEFINE)
    if taken:
        query(url, f"FOR $i IN {json.dumps(taken)} {{ CREATE type::record('item', $i) SET score = 1, code = 'd' + <string> $i }}")
    done = subprocess.run(command(url), capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"isolation_bench: {command(url)}: exit {done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    written, there = report["records_written"], count(url, "item")
    if written != expected or there != expected + len(taken) + 1:
        sys.exit(f"isolation_bench: {expected} are good, {written} were written, {there} are there of {expected + len(taken) + 1}")
    query(url, "REMOVE TABLE item")
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--engine", default="surrealkv")
    parser.add_argument("--records", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", default="type,duplicate,assert,unique,mixed")
    arguments = parser.parse_args()
    program = f"{arguments.build}/bin"
    print(f"{arguments.engine}, {arguments.records:,} records, medians of {arguments.rounds} alternating rounds\n")
    print("| refused by | share | records/s | of the clean load | calls | calls per refused | one transaction each, records/s | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
        rejects = f"{folder}/rejects"
        clean = None  # the rate of the clean load, which is measured first
        for number, kind in enumerate(arguments.kinds.split(",")):
            for share in SHARES[1:] if number else SHARES:
                path, taken, bad = write_input(folder, kind, share, arguments.records)
                expected = arguments.records - bad
                ours, alone = [], []
                for _ in range(arguments.rounds):
                    server = Server(arguments.engine)
                    common = ["--table", "item", "--max-rejects", "100%", "--rejects", rejects, "--report", "-", "--progress", "never"]
                    ours.append(load(server, lambda url: [f"{program}/millrace", "load", str(path), "--to", url, *common], taken, expected))
                    alone.append(load(server, lambda url: [f"{program}/load_bench", str(path), url, "item", "insert", "1", "250", "2", rejects],
                                      taken, expected))
                    server.stop()
                seconds = statistics.median(report["seconds"] for report in ours)
                rate = arguments.records / seconds
                clean = clean or rate
                calls = statistics.median(report["calls"] for report in ours)
                ratio = statistics.median(b["seconds"] / a["seconds"] for a, b in zip(ours, alone))
                print(f"| {kind} | {share * 100:g} % | {rate:,.0f} | {rate / clean:.2f} | {calls:,.0f} | {calls / bad if bad else 0:.2f} | "
                      f"{arguments.records / statistics.median(r['seconds'] for r in alone):,.0f} | {ratio:.1f} |", flush=True)


if __name__ == "__main__":
    main()
