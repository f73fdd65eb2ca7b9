#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares two programs, or a program with a saved run, and says which benchmarks are faster or slower, or that it cannot tell.

    bench.py compare build/old/bin/decode_bench build/new/bin/decode_bench --html report.html
    bench.py compare build/old/bin build/new/bin               every Google Benchmark program of two folders
    bench.py compare --shell 'old load x' 'new load x --report {out}' --metric records_per_second
    bench.py save NAME build/bench/bin ; bench.py against NAME build/bench/bin ; bench.py baselines
    bench.py list build/bench/bin --filter json

Exit status: 0 nothing is slower; 1 something is; 2 the command line is wrong, the comparison is refused, or a part of it failed.
`against` gives 1 only with --gate. docs/benchmarks.md tells the method.
"""
import argparse
import json
import os
import pathlib
import re
import sys
import traceback

import baseline
import counts
import programs
import report_html
import runner
import suite
import verdict
import words

ROOT = pathlib.Path(__file__).resolve().parents[2]


def plan_of(options):
    plan = runner.Plan.tiny(options.seed) if options.test else runner.Plan.quick(options.seed) if options.quick else runner.Plan(seed=options.seed)
    if options.detect is not None:
        plan.detect = options.detect / 100
    if options.pairs_max is not None:
        plan.pairs_max, plan.pairs_min = options.pairs_max, min(plan.pairs_min, options.pairs_max)
    plan.seconds_max = options.seconds_max
    if options.threshold is not None:
        plan.threshold = options.threshold / 100
    return plan


def facts_of(build_a, build_b, plan, started):
    here = baseline.machine()
    def build(facts):
        return " · ".join(part for part in (facts["git"], facts["build_type"], facts["flags"], facts["compiler"]) if part)
    return [("A", build(build_a)), ("B", build(build_b) if build_b else ""), ("machine", f"{here['cores']} cores, {here['cpu']}, "
            f"{here['memory_gib']} GiB, Linux {here['kernel']}"), ("when", f"{started}, load average {os.getloadavg()[0]:.1f}"),
            ("order of processes", f"ABBA and BAAB by turns, seed {plan.seed}")]


def build_of(found):
    return baseline.build(found.path) if found.path else {"git": "", "build_type": "", "flags": "", "compiler": ""}


def settings_of(options):
    """What two runs must have in common, and what they should."""
    metric = ("latency" if options.latency else options.metric) if options.shell else "time of an iteration"
    return {"metric": metric, "repetitions": options.repetitions, "min_time": options.min_time}


def benchmarks_of(sequences, unit):
    return {name: {"unit": unit, "sequence": sequence} for name, sequence in sequences.items()}


def past(options, settings):
    return baseline.history(options.baselines, settings) if options.html else []


def write_reports(options, report, run):
    if options.html:
        path = pathlib.Path(options.html)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report.page())
        print(f"\nreport: {path}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(run))
    if options.csv:
        words.write_csv(options.csv, report.comparisons)


def tell_trouble(trouble):
    for warning in trouble.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for failure in trouble.failures:
        print(f"bench: {failure}", file=sys.stderr)
    return 2 if trouble.failures else 0


def tell(options, comparisons, counted, trouble):
    """Prints the tables; gives the exit status."""
    status = tell_trouble(trouble)
    if options.test:
        print(f"{len(comparisons)} benchmarks run on both sides; --test says nothing about speed")
        return status
    print("\n".join(words.table(comparisons, counted)))
    print(f"\n{words.summary(comparisons)}", flush=True)
    return status or int(any(found.verdict == verdict.SLOWER for found in comparisons))


def compare(options):
    a, b = (suite.open_suite(text, options) for text in (options.a, options.b))
    plan, settings, trouble = plan_of(options), settings_of(options), runner.Trouble()
    names, trouble.warnings = suite.common(a.names(), b.names(), options.strict, options.lenient)
    plan.pairs_min = min(plan.pairs_max, max(plan.pairs_min, 0 if options.test else verdict.pairs_needed(len(names))))
    run = baseline.new_run("comparison", a.path or sys.argv[0], settings, {}, {})
    sequences = runner.alternate(a.measure, b.measure, names, plan, trouble)
    comparisons = verdict.judge([verdict.compare_paired(name, a.unit, sequence, plan.threshold) for name, sequence in sequences.items()])
    counted = [trouble.attempt(lambda side=side: side.count(sequences, options.instructions), "counts", {}) for side in (a, b)]
    status = tell(options, comparisons, counted, trouble)
    run["benchmarks"] = benchmarks_of(sequences, a.unit)
    run["counts"] = {"A": counted[0], "B": counted[1]}
    facts = facts_of(build_of(a), build_of(b), plan, run["started"])
    report = report_html.Report(options.title, facts, comparisons, sequences, a.unit, counted, past(options, settings),
                                trouble.warnings + trouble.failures)
    write_reports(options, report, run)
    return status


def save(options):
    baseline.path_of(options.baselines, options.baseline)  # refuses a bad name before the work
    found, plan, settings, trouble = suite.open_suite(options.a, options), plan_of(options), settings_of(options), runner.Trouble()
    sequences = runner.one_sided(found.measure, found.names(), plan, trouble)
    counted = trouble.attempt(lambda: found.count(sequences, options.instructions), "counts", {})
    run = baseline.new_run(options.baseline, found.path or sys.argv[0], settings, benchmarks_of(sequences, found.unit), counted)
    status = tell_trouble(trouble)
    print("| benchmark | median | allocations | bytes | instructions |\n|---|---|---|---|---|")
    for name, sequence in sequences.items():
        cells = [words.count_text([counted.get(name, {})], key) for key in ("allocations", "bytes", "instructions")]
        print(f"| {words.cell(name)} | {words.amount(verdict.median_of([times for _, times in sequence]), found.unit)} | {' | '.join(cells)} |")
    print("\nnot saved" if trouble.is_interrupted else f"\nsaved: {baseline.save(options.baselines, run)}", flush=True)
    facts = facts_of(run["build"], None, plan, run["started"])
    report = report_html.Report(options.title, facts, [], sequences, found.unit, (counted, {}), past(options, settings),
                                trouble.failures)
    write_reports(options, report, run)
    return status


def against(options):
    saved = baseline.load(options.baselines, options.baseline)
    found, plan, settings, trouble = suite.open_suite(options.a, options), plan_of(options), settings_of(options), runner.Trouble()
    trouble.warnings = baseline.check(saved, build_of(found), settings)
    wanted = re.compile(options.filter)
    known = [name for name in saved["benchmarks"] if wanted.search(name)]
    names, missing = (found.names(), []) if options.latency else suite.common(known, found.names(), options.strict, options.lenient)
    sequences = runner.one_sided(found.measure, names, plan, trouble)
    if options.latency:  # only now are its names known
        names, missing = suite.common(known, list(sequences), options.strict, options.lenient)
        sequences = {name: sequences[name] for name in names}
    threshold = plan.threshold if options.threshold is not None else verdict.BASELINE_THRESHOLD
    both = {name: ([times for _, times in saved["benchmarks"][name]["sequence"]], [times for _, times in sequence])
            for name, sequence in sequences.items()}
    comparisons = verdict.judge([verdict.compare_unpaired(name, found.unit, a, b, threshold) for name, (a, b) in both.items()])
    counted = (saved["counts"], trouble.attempt(lambda: found.count(sequences, options.instructions), "counts", {}))
    run = baseline.new_run("now", found.path or sys.argv[0], settings, benchmarks_of(sequences, found.unit), counted[1])
    trouble.warnings += missing + ["a saved run has no partner in time: the band holds the machine's swing within each of the two sessions, and "
                                   "cannot hold the one between them; make bench-compare tells small changes"]
    status = tell(options, comparisons, counted, trouble)
    facts = facts_of(saved["build"], run["build"], plan, run["started"])
    report = report_html.Report(f"{options.title}: now against {saved['name']}", facts, comparisons, both, found.unit, counted,
                                past(options, settings), trouble.warnings + trouble.failures)
    write_reports(options, report, run)
    return status if status != 1 or options.gate else 0


def list_baselines(options):
    here = baseline.machine()
    for run in baseline.all_runs(options.baselines):
        other = baseline.differences(run["machine"], here, baseline.MACHINE_WORDS)
        print(f"{run['name']}  {run['started']}  {len(run['benchmarks'])} benchmarks  {run['build'].get('git') or '-'}"
              f"{'  another machine: ' + '; '.join(other) if other else ''}")
    return 0


def list_benchmarks(options):
    print("\n".join(suite.open_suite(options.a, options).names()))
    return 0


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = argparse.ArgumentParser(add_help=False)
    what = shared.add_argument_group("what is measured")
    what.add_argument("--filter", default="", help="only benchmarks whose name holds this regular expression")
    what.add_argument("--shell", action="store_true", help="A and B are commands of the shell that print a number or JSON")
    what.add_argument("--name", default="command", help="what a command's figure is called")
    what.add_argument("--metric", default="seconds", help="the member of a command's JSON (…per_second: more is better)")
    what.add_argument("--latency", action="store_true", help="a command prints samples, one a line: p50, p90, p99, p99.9")
    what.add_argument("--instructions", action="store_true", help="also count instructions, under valgrind (slow)")
    how = shared.add_argument_group("how long")
    how.add_argument("--detect", type=float, metavar="PERCENT", help="go on until a change of this size would be seen (5)")
    how.add_argument("--pairs-max", type=int, help="but for no more pairs of processes than this a benchmark (120); save and against: processes, 24 at most")
    how.add_argument("--seconds-max", type=float, default=3600, help="and no longer than this in all (3600): looked at between rounds, after 16 pairs each (--quick 8; "
                     "save and against: 4 processes each)")
    how.add_argument("--repetitions", type=int, default=5, help="in each process (5)")
    how.add_argument("--min-time", type=float, default=0.002, help="seconds, of a repetition (0.002)")
    how.add_argument("--quick", action="store_true", help="8 to 16 pairs, to see 10 %%")
    how.add_argument("--test", action="store_true", help="run everything once or twice; says nothing about speed")
    how.add_argument("--seed", type=int, default=1, help="of the order")
    rules = shared.add_argument_group("rules and results")
    rules.add_argument("--threshold", type=float, metavar="PERCENT", help="the noise band is at least this (1; against a baseline 5)")
    strictness = rules.add_mutually_exclusive_group()
    strictness.add_argument("--strict", action="store_true", help="refuse when a benchmark is missing on one side")
    strictness.add_argument("--lenient", action="store_true", help="say nothing of benchmarks that are missing on one side")
    rules.add_argument("--baselines", type=pathlib.Path, default=ROOT / "build/bench-baselines", help="the folder of saved runs")
    rules.add_argument("--title", default="millrace benchmarks")
    for kind in ("html", "json", "csv"):
        rules.add_argument(f"--{kind}", metavar="FILE")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, positions, words_of_help in (
            ("compare", compare, ("a", "b"), "two programs, two folders or two commands, alternating"),
            ("save", save, ("baseline", "a"), "measure, and keep the run under a name"),
            ("against", against, ("baseline", "a"), "compare with a saved run"),
            ("list", list_benchmarks, ("a",), "name the benchmarks"),
            ("baselines", list_baselines, (), "name the saved runs")):
        command = commands.add_parser(name, parents=[shared], help=words_of_help)
        for position in positions:
            command.add_argument(position)
        if run is against:
            command.add_argument("--gate", action="store_true", help="exit with 1 if something is slower, although sessions differ by themselves")
        command.set_defaults(run=run)
    options = parser.parse_args(arguments)
    options.parser = parser
    return options


def check_options(options):
    """Ends with 2 where an option makes no sense."""
    try:
        re.compile(options.filter)
    except re.error as error:
        options.parser.error(f"--filter {options.filter!r} is no regular expression: {error}")
    if options.instructions and not counts.has_valgrind():
        options.parser.error("--instructions needs valgrind (scripts/setup.sh test)")
    if options.latency and not options.shell:
        options.parser.error("--latency is for --shell commands")
    for name, least in (("detect", 0.1), ("pairs_max", 2), ("repetitions", 1), ("threshold", 0), ("seconds_max", 0), ("min_time", 0)):
        value = getattr(options, name)
        if value is not None and not value >= least:
            options.parser.error(f"--{name.replace('_', '-')} is at least {least}")


def main(arguments=None):
    options = parse(arguments)
    check_options(options)
    try:
        return options.run(options)
    except programs.Refused as refusal:
        print(f"bench: {refusal}", file=sys.stderr)
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
    except Exception as error:  # exit 1 means slower, and nothing else
        traceback.print_exc()
        print(f"bench: nothing is said about speed, as this failed: {error!r}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
