# SPDX-License-Identifier: Apache-2.0
"""bench.py as its users use it: exit statuses, words, baselines, against a real Google Benchmark program and real commands."""
import csv
import json
import re
import unittest

import support

FEW = ("--pairs-max", 8)
# Speeds are never the matter here: these print what they are told to.
FAST = "echo 1.00; : $RANDOM"
SLOW = "echo 1.50"


class Compare(support.FolderTest):
    def test_a_slower_command_is_a_regression(self):
        done = self.bench("compare", "--shell", FAST, SLOW)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, r"\| command \| 1\.00 s \| 1\.50 s \| \+50\.0 % \|.*\*\*slower\*\*")

    def test_a_faster_and_an_equal_one_are_none(self):
        self.assertEqual(self.bench("compare", "--shell", SLOW, FAST).returncode, 0)
        done = self.bench("compare", "--shell", FAST, FAST)
        self.assertEqual((done.returncode, "nothing slower, 1 no change" in done.stdout), (0, True))

    def test_more_records_per_second_is_faster(self):
        report = """echo '{"records_per_second": %d}' >{out}"""
        done = self.bench("compare", "--shell", report % 1000, report % 1500, "--metric", "records_per_second", "--name", "load")
        self.assertIn("**faster**", done.stdout)
        self.assertEqual(self.bench("compare", "--shell", report % 1500, report % 1000, "--metric", "records_per_second").returncode, 1)

    def test_latency_compares_each_quantile(self):
        done = self.bench("compare", "--shell", "seq 1 100", "seq 1 99; echo 900", "--latency", *FEW, "--csv", "out.csv")
        with open(self.folder / "out.csv", newline="") as file:
            rows = {row["benchmark"]: float(row["ratio"]) for row in csv.DictReader(file)}
        self.assertEqual(list(rows), ["command p50", "command p90", "command p99"], done.stderr)
        self.assertEqual(rows["command p50"], 1)
        self.assertGreater(rows["command p99"], 1.05)

    def test_a_program_with_itself_is_measured_in_turns_and_counted(self):
        done = self.bench("compare", support.PROBE, support.PROBE, "--filter", "^copy$", *FEW, "--json", "run.json", "--html", "sub/report.html")
        self.assertIn(done.returncode, (0, 1), done.stderr)  # a few pairs on a busy machine are sure of nothing
        run = json.loads((self.folder / "run.json").read_text())
        self.assertEqual("".join(side for side, _ in run["benchmarks"]["copy"]["sequence"]), "ABBABAAB" * 2)
        self.assertTrue(all(len(times) == 5 for _, times in run["benchmarks"]["copy"]["sequence"]))
        self.assertEqual(run["counts"]["A"]["copy"], {"allocations": 1000, "bytes": 201000})  # a step's: 200 characters and their end
        self.assertEqual(run["machine"].keys(), {"cpu", "cores", "memory_gib", "kernel"})
        self.assertTrue(all(run["build"][part] for part in ("compiler", "build_type")), run["build"])
        self.assertEqual(run["settings"], {"metric": "time of an iteration", "repetitions": 5, "min_time": 0.002})
        self.assertIn("copy", (self.folder / "sub/report.html").read_text())

    def test_instructions_are_those_of_the_iterations(self):
        counted = []
        for steps in ("1000", "1050"):
            self.bench("save", f"s{steps}", support.PROBE, "--filter", "mix", "--test", "--instructions", "--baselines", "saved",
                       environment={"MILLRACE_PROBE_STEPS": steps})
            counted.append(json.loads((self.folder / f"saved/s{steps}.json").read_text())["counts"]["mix"]["instructions"])
        self.assertGreater(counted[0], 16 * 1000 * 3)
        self.assertAlmostEqual(counted[1] / counted[0], 1.05, 3)

    def test_run_tiny_list_and_filter(self):
        self.assertEqual(self.bench("list", support.PROBE).stdout.split(), ["mix", "copy"])
        self.assertEqual(self.bench("list", support.PROBE, "--filter", "^m").stdout.split(), ["mix"])
        self.assertIn("probe:copy", self.bench("list", support.PROBE.parent).stdout)
        done = self.bench("compare", support.PROBE, support.PROBE, "--test")
        self.assertEqual((done.returncode, "2 benchmarks run on both sides" in done.stdout), (0, True), done.stderr)


    def test_too_few_pairs_call_nothing_and_say_so(self):
        done = self.bench("compare", "--shell", FAST, SLOW, "--pairs-max", 4)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("4 pairs are too few for a verdict among 1 benchmarks: 6 at the least", done.stdout)

    def test_a_quantile_that_one_side_lacks_is_left_out_and_told(self):
        done = self.bench("compare", "--shell", "seq 1 1000", "seq 1 100", "--latency", *FEW)
        self.assertEqual((done.returncode, "| command p99 |" in done.stdout, "p99.9" in done.stdout), (0, True, False), done.stderr)
        self.assertIn("command p99.9: not every process of both sides gave it", done.stderr)

    def test_a_bar_in_a_name_does_not_break_the_table(self):
        self.assertIn("| a\\|b |", self.bench("compare", "--shell", FAST, FAST, "--name", "a|b", *FEW).stdout)


class Failures(support.FolderTest):
    """What fails late costs what failed, and nothing else; exit 1 means slower, and nothing else."""

    def programs(self, script):
        """Two folders of the probe and a program that is the probe but for what `script` does first."""
        for side in ("a", "b"):
            folder = self.folder / side
            folder.mkdir()
            (folder / "probe").symlink_to(support.PROBE)
            program = folder / "breaks"
            program.write_text(f"#!/bin/bash\n# libbenchmark.so\n{script}\nexec {support.PROBE} \"$@\"\n")
            program.chmod(0o755)
        return self.folder / "a", self.folder / "b"

    def test_a_benchmark_that_fails_in_a_later_round_is_named_and_the_others_are_told(self):
        script = f"""case "$*" in *copy*) echo >>{self.folder}/calls; [ $(wc -l <{self.folder}/calls) -lt 9 ] || {{ echo boom >&2; exit 7; }};; esac"""
        done = self.bench("compare", *self.programs(script), "--filter", "copy", *FEW, "--json", "run.json")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, "breaks:copy: .*exits with 7: boom")
        self.assertIn("| probe:copy |", done.stdout)
        self.assertEqual(list(json.loads((self.folder / "run.json").read_text())["benchmarks"]), ["probe:copy"])

    def test_counts_that_fail_leave_the_verdicts(self):
        script = "[ -z \"$MILLRACE_BENCH_COUNTS\" ] || exit 9"
        done = self.bench("compare", *self.programs(script), "--filter", "copy", *FEW)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertIn("no count of copy", done.stderr)
        self.assertIn("| breaks:copy |", done.stdout)

    def test_an_interrupt_tells_what_there_is(self):
        command = f"[ -e {self.folder}/stop ] && kill -INT $BENCH_PID && sleep 20; echo 1"
        stop = f"echo >>{self.folder}/calls; [ $(wc -l <{self.folder}/calls) -lt 30 ] || touch {self.folder}/stop; {command}"
        # The command's parent is bench.py itself.
        done = self.bench("compare", "--shell", *[f"BENCH_PID=$PPID; {stop}"] * 2)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stdout, r"\| command \|.*\| 14 \|")
        self.assertIn("interrupted", done.stderr)

    def test_a_file_that_cannot_be_written_is_exit_2_after_the_table(self):
        done = self.bench("compare", "--shell", FAST, FAST, *FEW, "--json", ".")
        self.assertEqual((done.returncode, "| command |" in done.stdout), (2, True), done.stderr)


class Refusals(support.FolderTest):
    def refused(self, words, *arguments):
        done = self.bench(*arguments)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertRegex(done.stderr, words)

    def test_what_makes_no_sense_is_exit_2(self):
        self.refused("required", "compare", "x")
        self.refused("no regular expression", "list", support.PROBE, "--filter", "(")
        self.refused("--pairs-max is at least 2", "compare", "--shell", "echo 1", "echo 1", "--pairs-max", 1)
        self.refused("not allowed with", "compare", "a", "b", "--strict", "--lenient")
        self.refused("neither a program nor a folder", "compare", "nowhere", support.PROBE)
        self.refused("no benchmark of .* matches", "list", support.PROBE, "--filter", "nothing")
        self.refused("no program in .* is linked with Google Benchmark", "list", self.folder)
        self.refused("'a/b' is no name of a baseline", "save", "a/b", support.PROBE)

    def test_commands_that_fail_or_babble(self):
        self.refused("exits with 3: broken", "compare", "--shell", "echo broken >&2; exit 3", "echo 1")
        self.refused("neither a number nor JSON", "compare", "--shell", "echo soon", "echo 1")
        self.refused("no member 'seconds', only rate", "compare", "--shell", """echo '{"rate": 1}'""", "echo 1")
        self.refused("not above 0", "compare", "--shell", "echo -1", "echo 1")
        self.refused("not above 0", "compare", "--shell", "echo NaN", "echo 1")
        self.refused("not a number", "compare", "--shell", """echo '{"seconds": [1]}'""", "echo 1")
        self.refused("not a number", "compare", "--shell", """echo '{"per_second": "x"}'""", "echo 1", "--metric", "per_second")
        self.refused("not a number", "compare", "--shell", "echo 1$(printf '0%.0s' {1..400})", "echo 1")
        self.refused("neither a number nor JSON", "compare", "--shell", "printf '[%.0s' {1..99999}", "echo 1")
        self.refused("neither a number nor JSON", "compare", "--shell", r"printf '\xff'", "echo 1")
        self.refused("wrote no file {out}: No such file", "compare", "--shell", "true {out}", "echo 1")
        self.refused("wrote no file {out}: Is a directory", "compare", "--shell", "mkdir {out}", "echo 1")

    def test_programs_whose_json_is_none_of_google_benchmarks(self):
        program = self.folder / "odd"
        for printed, words in (("[]", "did not print Google Benchmark's JSON"), ('{"benchmarks": [1]}', "did not print Google Benchmark's JSON"),
                               ('{"benchmarks": [{}]}', "gave no time: KeyError"), ("[" * 99999, "did not print Google Benchmark's JSON"),
                               ('{"benchmarks": [{"run_type": "iteration", "cpu_time": NaN, "time_unit": "ns"}]}', "gave no time, or one"),
                               ('{"benchmarks": [{"run_type": "iteration", "cpu_time": 1, "time_unit": "h"}]}', "gave no time: KeyError")):
            (self.folder / "printed").write_text(printed)
            program.write_text('#!/bin/sh\n[ "$1" = --benchmark_list_tests ] && echo x || cat printed\n')
            program.chmod(0o755)
            with self.subTest(printed[:60]):
                self.refused(words, "compare", program, program, "--test")

    def test_strict_names_what_is_missing_and_lenient_is_quiet(self):
        first, second = self.folder / "first", self.folder / "second"
        for folder in (first, second):
            folder.mkdir()
            (folder / "probe").symlink_to(support.PROBE)
        (first / "older").symlink_to(support.PROBE)
        self.refused("--strict: older:mix is only in A; older:copy is only in A", "compare", first, second, "--strict", "--test")
        done = self.bench("compare", first, second, "--test")
        self.assertEqual((done.returncode, "older:mix is only in A" in done.stderr), (0, True))
        self.assertEqual(self.bench("compare", first, second, "--test", "--lenient").stderr, "")
        self.refused("no benchmark in common", "compare", first / "older", second)


class Baselines(support.FolderTest):
    def save(self, name="old", command="echo 1"):
        done = self.bench("save", name, "--shell", command, "--baselines", "saved", *FEW)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.folder / "saved" / f"{name}.json"

    def against(self, command="echo 1", *more):
        return self.bench("against", "old", "--shell", command, "--baselines", "saved", *FEW, *more)

    def change(self, path, part, **members):
        run = json.loads(path.read_text())
        run[part].update(members)
        path.write_text(json.dumps(run))

    def test_saved_runs_are_compared_and_listed(self):
        self.save()
        self.assertEqual(self.against().returncode, 0)
        slower = self.against("echo 1.5", "--html", "report.html")
        self.assertEqual((slower.returncode, "**slower**" in slower.stdout), (0, True), slower.stderr)
        self.assertIn("cannot hold the one between them", slower.stderr)
        self.assertEqual(self.against("echo 1.5", "--gate").returncode, 1)
        self.assertEqual(self.against("echo 0.9").returncode, 0)
        self.assertRegex(self.bench("baselines", "--baselines", "saved").stdout, r"^old  \d{4}-\d\d-\d\dT.*  1 benchmarks")

    def test_another_machines_run_is_refused_with_the_part_that_differs(self):
        for part, value, words in (("cpu", "Elbrus-8C", "CPU 'Elbrus-8C', here "), ("cores", 96, r"cores 96, here \d+"),
                                   ("memory_gib", 1, r"memory \(GiB\) 1, here "), ("kernel", "2.4.20", "kernel '2.4.20', here ")):
            self.change(self.save(), "machine", **{part: value})
            done = self.against()
            with self.subTest(part):
                self.assertEqual(done.returncode, 2)
                self.assertRegex(done.stderr, f"'old' is of another machine: {words}[^;]*$")
        self.assertIn("another machine: kernel '2.4.20'", self.bench("baselines", "--baselines", "saved").stdout)

    def test_another_compiler_is_warned_of(self):
        self.change(self.save(), "build", compiler="clang 99", flags="-O1")
        done = self.against()
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, "'old' was built otherwise: compiler 'clang 99', here ''")
        self.assertRegex(done.stderr, "flags '-O1', here ''")

    def test_another_metric_is_refused_and_other_repetitions_are_warned_of(self):
        path = self.save()
        done = self.against("""echo '{"user": 1}'""", "--metric", "user")
        self.assertEqual((done.returncode, "holds 'seconds', here 'user' is measured" in done.stderr), (2, True), done.stderr)
        self.change(path, "settings", repetitions=9)
        self.assertIn("'old' was measured otherwise: --repetitions 9, here 5", self.against().stderr)

    def test_latency_against_a_saved_run(self):
        self.assertEqual(self.bench("save", "old", "--shell", "seq 1 100", "--latency", "--baselines", "saved", *FEW).returncode, 0)
        done = self.against("seq 1 1000", "--latency")
        self.assertEqual((done.returncode, "| command p90 |" in done.stdout, "p99.9 is only in B" in done.stderr), (0, True, True), done.stderr)

    def test_a_broken_file_costs_no_other_run(self):
        broken = self.save("broken")
        self.change(broken, "benchmarks", command={"unit": "s", "sequence": [["A", ["fast"]]]})
        (self.folder / "saved/folder.json").mkdir()
        self.save()
        done = self.against("echo 1", "--html", "report.html")
        self.assertEqual((done.returncode, (self.folder / "report.html").exists()), (0, True), done.stderr)
        self.assertRegex(done.stderr, "left out: .*broken.json is no baseline")
        self.assertRegex(done.stderr, "left out: .*folder.json cannot be read: Is a directory")

    def test_missing_and_broken_files(self):
        path = self.save()
        done = self.bench("against", "new", "--shell", "echo 1", "--baselines", "saved")
        self.assertEqual((done.returncode, bool(re.search("no baseline 'new' in saved; there: old", done.stderr))), (2, True), done.stderr)
        for text in ("{", "[]", "{}", "\xff", "[" * 99999):
            path.write_text(text, encoding="latin-1")
            self.assertEqual((self.against().returncode, "is no baseline" in self.against().stderr), (2, True), text[:9])
        path.write_text("{")
        self.assertIn("is no baseline", self.against().stderr)
        path.write_text('{"schema": 9, "name": "old", "started": "", "machine": {}, "build": {}, "benchmarks": {}, "counts": {}}')
        self.assertEqual((self.against().returncode, "of schema 9" in self.against().stderr), (2, True))


if __name__ == "__main__":
    unittest.main()
