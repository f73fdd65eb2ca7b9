# SPDX-License-Identifier: Apache-2.0
"""`process` keeps to --memory with every query: groups and rows go to disk, nothing of them stays there, and what the disk says is told."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

from support import MILLRACE, ROOT, TIME_OUT, CommandTest, read_ndjson

MEMORY = 48 << 20
ORDER = "SELECT * FROM $input ORDER BY title"
GROUP = "SELECT id, count() AS n FROM $input GROUP BY id"


class ProcessMemory(CommandTest):
    def posts(self, count):
        self.run_command("generate", "posts", "--count", str(count), "-o", "posts.ndjson")
        return "posts.ndjson"

    def process(self, query, *args, status=0, env=None):
        outcome = self.run_command("process", query, *args, "--memory", "48MiB", "--report", "report.json", "--rejects", "rejects", env=env)
        self.assertEqual(outcome.status, status, outcome.err)
        outcome.report = json.loads((self.folder / "report.json").read_text())
        self.assertLessEqual(outcome.report["peak_rss_bytes"], MEMORY)
        return outcome

    def temporary(self):
        """An empty folder for what is put aside, and the environment that names it."""
        folder = self.folder / "tmp"
        folder.mkdir()
        return folder, {"TMPDIR": str(folder)}

    def open_files(self, process, folder):
        """Files in the folder that the process holds, which have no name any more."""
        held = []
        for link in pathlib.Path(f"/proc/{process.pid}/fd").glob("*"):
            try:
                held.append(os.readlink(link))
            except OSError:
                continue  # closed by now
        return [path for path in held if path.startswith(f"{folder}/")]

    def test_the_benchmark_small(self):
        """Groups and order beyond the memory, checked; see there."""
        done = subprocess.run([sys.executable, "-B", str(ROOT / "bench/process/spill_bench.py"), "--millrace", MILLRACE, "--gigabytes", "0.02,0.2", "--rounds", "1",
                               "--groups", "700000", "--memory", "48MiB", "--folder", str(self.folder), "--within", "1.2"],
                              capture_output=True, text=True, timeout=2 * TIME_OUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_limit_of_any_size_stays_within_memory(self):
        posts = self.posts(120_000)
        whole = self.process(ORDER, posts).out.splitlines()
        for limit in (1, 5_000, 50_000, 119_999):
            self.assertEqual(self.process(f"{ORDER} LIMIT {limit}", posts).out.splitlines(), whole[:limit])
        self.assertEqual(self.process(f"{ORDER} LIMIT 50 START 60000", posts).out.splitlines(), whole[60_000:60_050])

    def test_groups_are_sorted_within_memory(self):
        posts = self.posts(120_000)
        groups = read_ndjson(self.process("SELECT id, count() AS n, math::sum(score) AS s FROM $input GROUP BY id", posts).out)
        ordered = read_ndjson(self.process("SELECT id, count() AS n, math::sum(score) AS s FROM $input GROUP BY id ORDER BY s DESC, id", posts).out)
        self.assertEqual(ordered, sorted(groups, key=lambda group: (-group["s"], group["id"])))

    def test_large_rows_are_sorted_within_memory(self):
        with open(self.folder / "input.ndjson", "wb") as file:
            for n in range(40):
                file.write(b'{"title":"%03d","content":"%b"}\n' % (n * 7 % 40, b"x" * (2 << 20)))
        rows = read_ndjson(self.process("SELECT title, string::len(content) AS n, content FROM $input ORDER BY title", "input.ndjson").out)
        self.assertEqual([row["title"] for row in rows], [f"{n:03}" for n in range(40)])
        self.assertEqual({len(row["content"]) for row in rows}, {2 << 20})

    def test_one_group_of_everything_is_an_error(self):
        posts = self.posts(120_000)
        for query in ("SELECT array::group(content) AS all FROM $input GROUP ALL", "SELECT lang, content FROM $input GROUP BY lang"):
            outcome = self.process(query, posts, status=3)
            self.assertIn("a group is larger than --memory has room for: array::group", outcome.err)
        self.assertEqual(len(read_ndjson(self.process("SELECT math::median(score) AS m FROM $input GROUP ALL LIMIT 1", self.posts(10_000)).out)), 1)

    def test_nothing_stays_in_the_temporary_folder(self):
        folder, env = self.temporary()
        posts = self.posts(120_000)
        for query in (ORDER, GROUP):
            self.process(query, posts, env=env)
            self.assertEqual(list(folder.iterdir()), [])

    def test_a_temporary_folder_that_cannot_be_written_is_named(self):
        posts = self.posts(120_000)
        env = {"TMPDIR": str(self.folder / "nowhere")}
        for query in (ORDER, GROUP):
            outcome = self.process(query, posts, status=3, env=env)
            self.assertIn(f"cannot make a temporary file in '{self.folder}/nowhere': No such file or directory; TMPDIR names the folder", outcome.err)
        # Nobody needs it who puts nothing there.
        self.assertEqual(self.process("SELECT count() AS n FROM $input GROUP ALL", posts, env=env).out, '{"n":120000}\n')

    def test_a_full_disk_is_told(self):
        folder, env = self.temporary()
        posts = self.posts(120_000)
        command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f"mount -t tmpfs -o size=1m tmpfs {folder} && exec \"$@\"", "sh"]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no small file system can be mounted here")
        for query in (ORDER, GROUP):
            done = subprocess.run([*command, MILLRACE, "process", query, posts, "--memory", "48MiB", "-o", "out"], cwd=self.folder, env={**os.environ, **env},
                                  capture_output=True, text=True, timeout=TIME_OUT, check=False)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(f"cannot write '{folder}/(temporary)': No space left on device", done.stderr)

    def test_an_interrupt_while_reading_leaves_nothing(self):
        folder, env = self.temporary()
        posts = (self.folder / self.posts(120_000)).read_bytes()
        for query in (ORDER, GROUP):
            process = self.start("process", query, "-", "--memory", "48MiB", "-o", "out", env=env, stdin=subprocess.PIPE)
            process.stdin.write(posts)  # more than a pipe holds: it has been read but for the last of it
            process.stdin.flush()
            self.assertNotEqual(self.open_files(process, folder), [], "nothing was put aside")
            process.send_signal(signal.SIGINT)
            process.wait(timeout=TIME_OUT)  # the input has not ended
            err = process.stderr.read()
            self.assertEqual(process.returncode, 3, err)
            self.assertIn(b"interrupted", err)
            self.assertEqual(list(folder.iterdir()), [])

    def test_an_interrupt_while_merging_ends_it(self):
        """The output is a pipe that nobody reads: once rows come, all has been read, and merging waits."""
        folder, env = self.temporary()
        process = self.start("process", ORDER, self.posts(120_000), "--memory", "48MiB", env=env)
        self.assertNotEqual(process.stdout.read(1), b"")
        self.assertNotEqual(self.open_files(process, folder), [])
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIME_OUT)
        self.assertEqual(process.returncode, 3, err)
        self.assertIn(b"interrupted", err)
        self.assertLess(out.count(b"\n"), 120_000)
        self.assertEqual(list(folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
