# SPDX-License-Identifier: Apache-2.0
"""What `make bench-compare` says when it cannot begin, and the whole of it over a small repository whose one benchmark is the probe."""
import os
import shutil
import subprocess
import unittest

import support

PRESETS = """{"version": 6, "configurePresets": [{"name": "bench", "generator": "Ninja", "binaryDir": "${sourceDir}/build/${presetName}"}],
 "buildPresets": [{"name": "bench", "configurePreset": "bench"}]}"""
LISTS = """cmake_minimum_required(VERSION 3.25)
project(small NONE)
add_custom_command(OUTPUT bin/probe COMMAND ${CMAKE_COMMAND} -E copy "$ENV{MILLRACE_PROBE}" bin/probe)
add_custom_target(programs ALL DEPENDS bin/probe)
"""


class BenchCompare(unittest.TestCase):
    def refused(self, words, *arguments):
        done = subprocess.run([support.ROOT / "scripts/bench_compare.sh", *arguments], capture_output=True, text=True,
                              timeout=support.TIME_OUT, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(words, done.stderr)

    def test_needs_a_commit_that_is_there(self):
        self.refused("which commit to compare with? make bench-compare BASE=main")
        self.refused("which commit to compare with?", "")
        self.refused("'no-such-branch' is no commit that git knows here; nothing was built", "no-such-branch")
        self.refused("'--all' is no commit", "--all")


class SmallRepository(support.FolderTest):
    def setUp(self):
        super().setUp()
        self.repository = self.folder / "repository"
        shutil.copytree(support.ROOT / "bench/analysis", self.repository / "bench/analysis", ignore=shutil.ignore_patterns("__pycache__"))
        (self.repository / "scripts").mkdir()
        shutil.copy(support.ROOT / "scripts/bench_compare.sh", self.repository / "scripts")
        for name, text in (("CMakePresets.json", PRESETS), ("CMakeLists.txt", LISTS), (".gitignore", "build\n__pycache__\n")):
            (self.repository / name).write_text(text)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=small")

    def run_in(self, folder, *command):
        person = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        around = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=support.TIME_OUT, check=False,
                              env={**around, **person, "MILLRACE_PROBE": str(support.PROBE.resolve())})

    def git(self, *arguments, folder=None):
        done = self.run_in(folder or self.repository, "git", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def compare(self, repository, status=0):
        done = self.run_in(repository, "scripts/bench_compare.sh", "main", "--test", "--filter=mix")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_a_program_that_an_earlier_tree_left_is_not_measured(self):
        self.compare(self.repository)
        shutil.copy(support.PROBE, self.repository / "build/bench/bin/older")
        done = self.compare(self.repository)
        self.assertIn("1 benchmarks run on both sides", done.stdout)
        self.assertNotIn("older", done.stderr)

    def test_a_moved_and_a_copied_repository_are_set_up_again(self):
        self.compare(self.repository)
        moved, copied = self.folder / "moved", self.folder / "copied"
        self.repository.rename(moved)
        shutil.rmtree(moved / "build/bench")  # CMake names what to do about it
        self.compare(moved)
        shutil.copytree(moved, copied, symlinks=True)
        shutil.rmtree(copied / "build/bench")
        before = self.git("rev-parse", "HEAD", folder=moved / "build/bench-base/source")
        self.git("commit", "--quiet", "--allow-empty", "--message=another", folder=copied)
        self.compare(copied)
        self.assertEqual(self.git("rev-parse", "HEAD", folder=moved / "build/bench-base/source"), before)
        self.assertNotEqual(self.git("rev-parse", "HEAD", folder=copied / "build/bench-base/source"), before)

    def test_in_a_hook_of_a_linked_worktree_the_branch_stays(self):
        linked = self.folder / "linked"
        self.git("worktree", "add", "--quiet", "-b", "work", str(linked))
        hook = self.repository / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexec scripts/bench_compare.sh main --test --filter=mix >&2\n")
        hook.chmod(0o755)
        self.git("commit", "--quiet", "--allow-empty", "--message=hooked", folder=linked)
        self.assertEqual(self.git("branch", "--show-current", folder=linked), "work")
        self.assertEqual(self.git("log", "-1", "--format=%s", "work"), "hooked")

    def test_a_build_that_fails_is_exit_2(self):
        (self.repository / "CMakeLists.txt").write_text(LISTS.replace('-E copy "$ENV{MILLRACE_PROBE}"', "-E copy nothing"))
        self.assertIn("nothing was compared", self.compare(self.repository, 2).stderr)


if __name__ == "__main__":
    unittest.main()
