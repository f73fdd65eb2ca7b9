#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configures every preset in a folder of its own and holds what it would run (compile_commands.json, ninja -t commands) against
the table below: every flag that makes code, no other. Then looks at what such flags make, with readelf: at a small program, and
at the command of `release` and `pgo` where it is built and newer than the flags.   Usage: presets_test.py"""
import concurrent.futures
import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS_OF_ALL = {"-Werror=return-type", "-Werror=unused-result"}
ASSERTIONS = {"-D_GLIBCXX_ASSERTIONS"}
OVERFLOW_TRAP = {"-fsanitize=signed-integer-overflow", "-fsanitize-undefined-trap-on-error"}
HARDENED = {"-fstack-protector-strong", "-fstack-clash-protection", "-ftrivial-auto-var-init=zero"}
HARDENED |= {"-fcf-protection=full"} if platform.machine() == "x86_64" else set()
SHIPPED = {"-O3", "-g", "-DNDEBUG", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3", "-Werror=format-security", "-fvisibility=hidden",
           "-fvisibility-inlines-hidden", "-ffunction-sections", "-fdata-sections", "-ffile-prefix-map=ROOT/="} | HARDENED | ASSERTIONS
LTO = {"-flto", "-fno-fat-lto-objects"}
SHIPPED_LINK = {"-O3", "-g", "-DNDEBUG", "-pie", "-Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--gc-sections"} | HARDENED
LTO_LINK = {"-flto", "-flto-partition=one"}
TRAIN = {"-fprofile-generate=BUILD/profile", "-fprofile-update=atomic"}
TRAIN_LINK = {"-fprofile-generate=BUILD/profile", "-Wl,--push-state,--whole-archive", "-Wl,--pop-state"}
USE = {"-fprofile-use=BUILD/profile", "-fprofile-partial-training", "-Werror=missing-profile", "-Werror=coverage-mismatch"}

# Preset, switches: what every source of src/ and apps/ is compiled with, and the command linked.
TABLE = {
    ("dev",): ({"-O1", "-g"} | ASSERTIONS | OVERFLOW_TRAP, {"-O1", "-g"}),
    ("ci",): ({"-O2", "-g0"} | ASSERTIONS | OVERFLOW_TRAP, {"-O2", "-g0"}),
    ("release",): (SHIPPED | {"-flto", "-ffat-lto-objects"}, SHIPPED_LINK | LTO_LINK),
    ("bench",): (SHIPPED | LTO, SHIPPED_LINK | LTO_LINK),
    ("profile",): (SHIPPED | LTO | {"-DMILLRACE_PROFILE"}, SHIPPED_LINK | LTO_LINK),
    ("pgo", "-DMILLRACE_PGO=generate"): (SHIPPED | TRAIN, SHIPPED_LINK | TRAIN_LINK),
    ("pgo",): (SHIPPED | LTO | USE, SHIPPED_LINK | LTO_LINK | USE),
    ("plain",): ({"-O3", "-DNDEBUG"}, {"-O3", "-DNDEBUG"}),
    ("asan",): ({"-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"} | ASSERTIONS,
                {"-O1", "-g", "-fsanitize=address,undefined"}),
    ("tsan",): ({"-O1", "-g", "-fsanitize=thread", "-fno-sanitize-recover=all"} | ASSERTIONS, {"-O1", "-g", "-fsanitize=thread"}),
    ("fuzz",): ({"-O2", "-g", "-fsanitize=address,signed-integer-overflow,fuzzer-no-link", "-fno-sanitize-recover=all"} | ASSERTIONS,
                {"-O2", "-g", "-fsanitize=address,signed-integer-overflow,fuzzer-no-link"}),
    ("coverage",): ({"-O0", "-g", "--coverage", "-fprofile-abs-path", "-fprofile-update=atomic"} | ASSERTIONS, {"-O0", "-g", "--coverage"}),
}
# What single sources have beside it: Boost's under UBSan (src/millrace/net), TBB's under TSan (src/millrace/parallel/spread.h), and what
# code for any address is called.
ALLOWED = re.compile(r"-fno-sanitize=(undefined|thread)|-fPI[CE]")
MAKES_CODE = re.compile(r"-O.*|-g\d?|-f.*|-m.*|--coverage|-Werror=.*|-DNDEBUG|-DMILLRACE_PROFILE|-D_GLIBCXX.*|-[DU]_FORTIFY.*|-pie|-Wl,.*")
WITH_TESTS = {"dev", "ci", "asan", "tsan", "fuzz", "coverage"}
WITH_BENCH = {"dev", "ci", "bench"}


def flags_of(command, build):
    return {word.replace(str(build), "BUILD").replace(str(ROOT), "ROOT") for word in shlex.split(command)
            if MAKES_CODE.fullmatch(word) and not ALLOWED.fullmatch(word) and not word.startswith("-Wl,--dependency-file")}


def run(*command, check=True, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done


def configure(preset, *switches, build, check=True):
    """Nothing is compiled. A preset whose compiler is not installed is configured with the one that is: the flags are the same."""
    if preset == "fuzz" and not shutil.which("clang++-19"):
        switches += ("-DCMAKE_C_COMPILER=cc", "-DCMAKE_CXX_COMPILER=c++")
    return run("cmake", "--preset", preset, "-B", build, *switches, cwd=ROOT, check=check)


# src/millrace/surrealql/CMakeLists.txt says why.
COPY_WORDS = ("/surrealql/machine.cc", "/surrealql/selector.cc", "/surrealql/group_table.cc")


class Presets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-presets-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        profile = cls.build("pgo") / "profile"
        profile.mkdir(parents=True)
        run(sys.executable, ROOT / "scripts/pgo_profile.py", "write", "--folder", profile, "--compiler", "/usr/bin/c++")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            jobs = {case: pool.submit(configure, *case, build=cls.build(*case)) for case in TABLE}
        cls.configured = {case: job.result() for case, job in jobs.items()}

    @classmethod
    def build(cls, *case):
        return cls.folder / "".join(case)

    def test_every_preset_has_a_row_and_can_be_built(self):
        presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))
        named = {preset["name"] for preset in presets["configurePresets"] if not preset.get("hidden")}
        self.assertEqual(named, {case[0] for case in TABLE})
        self.assertEqual(named, {preset["configurePreset"] for preset in presets["buildPresets"]})

    def test_no_preset_sets_what_nobody_reads(self):
        for case, done in self.configured.items():
            with self.subTest(case=case):
                self.assertNotIn("not used by the project", done.stdout + done.stderr)

    def test_every_source_is_compiled_as_the_table_says(self):
        for case, (expected, _) in TABLE.items():
            build = self.build(*case)
            entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
            ours = [entry for entry in entries if entry["file"].startswith((f"{ROOT}/src/", f"{ROOT}/apps/"))
                    and "millrace_profiled.dir" not in entry["command"]]  # that one is a test
            self.assertGreater(len(ours), 80)
            for entry in ours:
                with self.subTest(case=case, file=entry["file"]):
                    frames = {"-fno-omit-frame-pointer"} if case[0] != "plain" else set()
                    is_gcc = "clang++" not in entry["command"]
                    words = {"-fno-tree-slp-vectorize"} if is_gcc and entry["file"].startswith(f"{ROOT}/src/") and entry["file"].endswith(COPY_WORDS) else set()
                    self.assertEqual(flags_of(entry["command"], build), FLAGS_OF_ALL | frames | words | expected)
                    words = entry["command"].split()
                    if "-D_FORTIFY_SOURCE=3" in words:  # the other way about it would be off
                        self.assertLess(words.index("-U_FORTIFY_SOURCE"), words.index("-D_FORTIFY_SOURCE=3"))

    def test_the_command_is_linked_as_the_table_says(self):
        for case, (_, expected) in TABLE.items():
            build = self.build(*case)
            link = run("ninja", "-C", build, "-t", "commands", "bin/millrace").stdout.splitlines()[-1]
            with self.subTest(case=case):
                linked, _, after = link.partition(" -o bin/millrace ")
                self.assertEqual(flags_of(linked + " " + after, build), expected)
                self.assertEqual("--only-keep-debug" in after and "--add-gnu-debuglink" in after, "-pie" in expected and case != ("profile",))

    def test_only_presets_for_it_build_tests_and_benchmarks(self):
        for case in TABLE:
            files = (self.build(*case) / "compile_commands.json").read_text(encoding="utf-8")
            with self.subTest(case=case):
                self.assertEqual(f"{ROOT}/tests/base/" in files, case[0] in WITH_TESTS)
                self.assertEqual(f"{ROOT}/bench/decode/" in files, case[0] in WITH_BENCH)

    def test_pgo_without_a_profile_is_refused(self):
        done = configure("pgo", build=self.folder / "untrained", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("make pgo", done.stderr)

    def test_pgo_with_a_stale_profile_is_refused(self):
        build = self.folder / "stale"
        (build / "profile").mkdir(parents=True)
        (build / "profile/sources.json").write_text('{"src/millrace/base/assert.cc": "0"}', encoding="utf-8")
        done = configure("pgo", build=build, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("stale", done.stderr)

    def test_pgo_checks_the_profile_before_every_build(self):
        commands = run("ninja", "-C", self.build("pgo"), "-t", "commands", "bin/millrace").stdout
        self.assertIn("pgo_profile.py check", commands)


def faults(program):
    """What a shipped program must be and this one is not."""
    def readelf(*options):
        return run("readelf", "-W", *options, program).stdout
    sections, segments, dynamic = readelf("-S"), readelf("-l"), readelf("-d")
    symbols = [line.split() for line in readelf("--dyn-syms").splitlines() if " GLOBAL " in line or " WEAK " in line]
    writable_code = re.compile(r"\bRWE\b")
    rules = {
        "is not position-independent": re.search(r"FLAGS_1.*\bPIE\b", dynamic),
        "binds lazily": re.search(r"FLAGS_1.*\bNOW\b", dynamic),
        "has a writable relocation table": "GNU_RELRO" in segments,
        "has an executable stack": re.search(r"GNU_STACK.* RW ", segments),
        "has writable code": not writable_code.search(segments),
        "does not name its debug file": ".gnu_debuglink" in sections,
        "holds symbols or debug information": ".symtab" not in sections and ".debug_info" not in sections,
        "has no stack protector": any("__stack_chk_fail" in symbol[-1] or "__stack_chk_fail" in symbol[-2] for symbol in symbols),
        "is not fortified": any(re.match(r"__(?!stack)\w+_chk", symbol[7]) for symbol in symbols),
        "exports its own symbols": not any("millrace" in symbol[7] for symbol in symbols if symbol[6] != "UND"),
        "has no debug file beside it": pathlib.Path(f"{program}.debug").exists(),
    }
    return [fault for fault, holds in rules.items() if not holds]


class InstalledLibraries(unittest.TestCase):
    def test_no_intermediate_code_is_left(self):
        """With what cmake/Install.cmake does to each archive, on one of the same kind."""
        removal = re.search(r"CMAKE_OBJCOPY} (-w [^$]*?) .\$", (ROOT / "cmake/Install.cmake").read_text(encoding="utf-8"))[1].split()
        with tempfile.TemporaryDirectory(prefix="millrace-archive-") as name:
            folder = pathlib.Path(name)
            (folder / "a.cc").write_text("int answer() { return 42; }", encoding="utf-8")
            (folder / "main.cc").write_text("int answer(); int main() { return answer() - 42; }", encoding="utf-8")
            run("c++", "-O3", "-flto", "-ffat-lto-objects", "-c", "a.cc", cwd=folder)
            run("ar", "rcs", "liba.a", "a.o", cwd=folder)
            self.assertIn(".gnu.lto_", run("readelf", "-SW", "liba.a", cwd=folder).stdout)
            run("objcopy", *removal, "liba.a", cwd=folder)
            self.assertNotIn(".gnu.lto_", run("readelf", "-SW", "liba.a", cwd=folder).stdout)
            run("c++", "main.cc", "liba.a", "-o", "main", cwd=folder)
            run(folder / "main")


class Hardening(unittest.TestCase):
    SOURCE = """#include <cstdio>
        namespace millrace { struct Room { virtual void f(char* text) { std::sprintf(text, "%d", 7); } }; }
        int main(int, char** words) { char text[64]; millrace::Room room; room.f(text); return std::puts(words[0]) + std::puts(text); }"""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-hardening-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def program(self, *flags):
        source, program = self.folder / "program.cc", self.folder / "program"
        source.write_text(self.SOURCE, encoding="utf-8")
        run("c++", *flags, source, "-o", program)
        return program

    def test_the_flags_of_release_make_what_they_promise(self):
        flags = sorted(SHIPPED | SHIPPED_LINK | LTO_LINK, key=lambda flag: not flag.startswith("-U"))  # -U before -D of the same name
        program = self.program("-Wall", "-fPIE", *flags)
        run("objcopy", "--only-keep-debug", program, f"{program}.debug")
        run("objcopy", "--strip-all", f"--add-gnu-debuglink={program}.debug", program)
        self.assertEqual(faults(program), [])

    def test_a_program_without_them_is_found_out(self):
        found = faults(self.program("-O0", "-g", "-no-pie", "-fno-stack-protector", "-rdynamic", "-Wl,-z,norelro,-z,lazy,-z,execstack"))
        self.assertEqual(len(found), 11, found)

    def test_the_command_where_it_is_built(self):
        newest = max((ROOT / name).stat().st_mtime for name in ("cmake/BuildTypes.cmake", "CMakePresets.json"))
        built = [path for preset in ("release", "pgo") if (path := ROOT / "build" / preset / "bin/millrace").exists()]
        current = [path for path in built if path.stat().st_mtime > newest]
        if not current:
            self.skipTest("neither release nor pgo is built here with these flags")
        for path in current:
            with self.subTest(path=path):
                self.assertEqual(faults(path), [])


if __name__ == "__main__":
    for name in [name for name in os.environ if name.startswith("MILLRACE_") or name in ("CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS")]:
        del os.environ[name]
    unittest.main()
