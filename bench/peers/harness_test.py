# SPDX-License-Identifier: Apache-2.0
"""The harness of peers.py: who cheats is caught, what is missing is told, leads point the right way.   harness_test.py BUILD"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
import rows_data  # noqa: E402
import rows_sqlite  # noqa: E402
import rows_text  # noqa: E402
from harness import PEERS, Contender, Failed, Measurement, Missing, Row, Work, markdown, measure_row, run  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
COUNT = 500


def silent(_):
    pass


def contender(name, values, result=None):
    """Measures `values`, one a round; an exception among them is raised."""
    left = list(values)

    def measure(_):
        value = left.pop(0)
        if isinstance(value, Exception):
            raise value
        return Measurement(value, result)
    return Contender(name, measure)


class Rows(unittest.TestCase):
    def states(self, row, rounds=2):
        measured = measure_row(row, None, rounds, silent)
        return measured, {state["name"]: state for state in measured["contenders"]}

    def test_every_second_round_runs_backwards(self):
        order = []

        def noting(name):
            return Contender(name, lambda _: order.append(name) or Measurement(1))
        measure_row(Row("r", "", "", [noting("a"), noting("b"), noting("c")], ("a",)), None, 2, silent)
        self.assertEqual(order, list("abccba"))

    def test_the_lead_is_how_many_times_better_the_base_is_round_by_round(self):
        for higher, expected in ((True, 2), (False, 0.5)):
            measured, _ = self.states(Row("r", "", "", [contender("a", [2, 20]), contender("b", [1, 10])], ("a",), higher))
            self.assertEqual([(lead["other"], lead["median"]) for lead in measured["ratios"]], [("b", expected)])

    def test_the_first_base_that_was_measured_leads(self):
        measured, _ = self.states(Row("r", "", "", [contender("a", [Missing("x")]), contender("b", [1, 1])], ("a", "b")))
        self.assertEqual(measured["base"], "b")

    def test_a_result_that_is_not_the_others_fails(self):
        _, states = self.states(Row("r", "", "", [contender("a", [1, 1], "right"), contender("b", [1, 1], "wrong")], ("a",)))
        self.assertEqual(states["b"]["status"], "failed")
        self.assertIn("wrong", states["b"]["why"])
        self.assertEqual(states["a"]["status"], "measured")

    def test_what_fails_in_a_later_round_has_no_figure(self):
        _, states = self.states(Row("r", "", "", [contender("a", [1, 1]), contender("b", [1, Failed("broke")])], ("a",)))
        self.assertEqual(states["b"]["status"], "failed")
        self.assertNotIn("median", states["b"])

    def test_whatever_one_contender_raises_the_others_are_measured(self):
        for odd in (KeyError("seconds"), json.JSONDecodeError("no JSON", "", 0), ZeroDivisionError()):
            measured, states = self.states(Row("r", "", "", [contender("a", [1, 1]), contender("b", [odd])], ("a",)))
            self.assertEqual((states["a"]["status"], states["b"]["status"]), ("measured", "failed"))
            self.assertIn(type(odd).__name__, markdown(measured))

    def test_no_interval_of_fewer_than_five_rounds(self):
        for rounds in (4, 5):
            measured, _ = self.states(Row("r", "", "", [contender("a", [25] * rounds), contender("b", [10] * rounds)], ("a",)), rounds)
            self.assertEqual("2.5 to 2.5" in markdown(measured), rounds == 5)

    def test_words_of_many_lines_and_bars_stay_in_their_cell(self):
        measured, _ = self.states(Row("r", "", "", [contender("a", [Failed("usage: x|y\nor z")])], ("a",)))
        self.assertIn("usage: x\\|y or z*", markdown(measured))

    def test_what_is_missing_is_told_in_the_table(self):
        measured, _ = self.states(Row("r", "", "", [contender("a", [1, 1]), contender("b", [Missing("apt-get install b")])], ("a",)))
        self.assertIn("apt-get install b", markdown(measured))


class Cheats(unittest.TestCase):
    """Each leaves something out of the real job."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="millrace-peers-")
        self.addCleanup(folder.cleanup)
        self.work = Work(argparse.Namespace(build=BUILD), None, pathlib.Path(folder.name))

    def test_a_load_that_leaves_posts_out(self):
        short = self.work.folder / "short.ndjson"
        short.write_bytes(self.work.posts(COUNT).read_bytes().rstrip().rsplit(b"\n", 1)[0] + b"\n")

        def start(_, database):
            return run([self.work.program("c_loop"), short, database])[:2]
        with self.assertRaisesRegex(Failed, f"{COUNT - 1} rows"):
            rows_sqlite.loaded(self.work, "cheat", COUNT, start)

    def test_two_loads_of_different_posts_have_different_digests(self):
        other = self.work.folder / "other.ndjson"
        run([self.work.program("millrace"), "generate", "posts", "--count", COUNT, "--seed", 2, "-o", other])

        def result(name, posts):
            return rows_sqlite.loaded(self.work, name, COUNT, lambda _, database: run([self.work.program("c_loop"), posts, database])[:2]).result
        honest = result("a", self.work.posts(COUNT))
        self.assertEqual(honest, result("b", self.work.posts(COUNT)))
        self.assertNotEqual(honest, result("c", other))

    def output(self, change):
        """What filter_map should make, but for `change(records)`."""
        records = [{"id": post["id"], "title": post["title"].upper(), "score": post["score"] * 2}
                   for post in map(json.loads, self.work.posts(COUNT).read_text().split("\n")[:-1]) if post["score"] >= 50_000]
        change(records)
        path = self.work.folder / "made.ndjson"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return path

    def test_filter_map(self):
        wanted = rows_data.expected(self.work, "posts", COUNT)
        rows_data.check_filter_map(self.work, wanted, self.output(lambda records: None), "full")
        cheats = {"drops one": lambda r: r.pop(), "swaps two": lambda r: r.insert(0, r.pop()), "forgets to double": lambda r: r[0].update(score=1),
                  "leaves one small": lambda r: r[0].update(title=r[0]["title"].lower())}
        for name, cheat in cheats.items():
            with self.subTest(name), self.assertRaises(Failed):
                rows_data.check_filter_map(self.work, wanted, self.output(cheat), "full")

    def test_group_by(self):
        def groups(wrong):
            path = self.work.folder / "groups.ndjson"
            path.write_text("".join(json.dumps({"lang": lang, "count": count + wrong, "mean": mean}) + "\n"
                                    for lang, (count, mean) in wanted["group_by"].items()))
            return path
        wanted = rows_data.expected(self.work, "posts", COUNT)
        rows_data.check_group_by(self.work, wanted, groups(0), None)
        with self.assertRaises(Failed):
            rows_data.check_group_by(self.work, wanted, groups(1), None)
        twice = groups(0)
        twice.write_text(twice.read_text() + twice.read_text().splitlines()[0] + "\n")
        with self.assertRaisesRegex(Failed, "twice"):
            rows_data.check_group_by(self.work, wanted, twice, None)

    def test_a_program_whose_hash_is_wrong(self):
        with unittest.mock.patch.object(rows_text, "expected", lambda *_: "0" * 16), self.assertRaisesRegex(Failed, "made"):
            rows_text.timed("millrace", "upper", "upper", "ascii", "64 B", True)(self.work)


class Command(unittest.TestCase):
    def peers(self, *arguments, path="/usr/bin:/bin"):
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run([sys.executable, "-B", str(PEERS / "peers.py"), "--build", str(BUILD), "--tiny", "--json", f"{folder}/peers.json",
                                   *arguments], capture_output=True, text=True, timeout=120, check=False, env={"PATH": path})

    def test_what_is_not_installed_is_named_and_the_rest_measured(self):
        found = self.peers("--rows", "text/upper/ascii/64B", path="")
        self.assertEqual(found.returncode, 3, found.stderr)
        self.assertIn("rustc is not installed", found.stdout)
        self.assertRegex(found.stdout, r"\| millrace .* ns \(")
        self.assertEqual(self.peers("--rows", "text/upper/ascii/64B", "--allow-missing", path="").returncode, 0)

    def test_a_row_that_does_not_exist_is_a_usage_error(self):
        self.assertEqual(self.peers("--rows", "nothing").returncode, 2)
        found = self.peers("--rows", "(")
        self.assertEqual((found.returncode, "no regular expression" in found.stderr), (2, True), found.stderr)

    def test_without_millrace_it_is_what_is_not_there(self):
        with tempfile.TemporaryDirectory() as folder:
            found = self.peers("--build", folder)
        self.assertEqual((found.returncode, "is not built" in found.stderr), (3, True), found.stderr)


if __name__ == "__main__":
    unittest.main()
