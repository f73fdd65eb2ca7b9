#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file breaks a rule of the house (docs/architecture.md).  Usage: tidy.py [ROOT]

A rule is a generator over one File that yields (line, message), or over all files that yields (path, line, message). What
the include graph allows between rooms is scripts/check_layering.py's matter."""
import pathlib
import re
import subprocess
import sys

SOURCE_LINES_MAX = 400
TEST_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
FILE_BYTES_MAX = 512 * 1024

CPP = {".cc", ".h", ".c"}
CODE = CPP | {".py", ".mjs", ".sh", ".cmake"}
VAGUE_ROOMS = {"util", "utils", "common", "core", "helper", "helpers", "manager", "managers", "misc"}
SELF = {"scripts/tidy.py", "scripts/tidy_test.py"}  # they name what they forbid

COMMENTS_AND_LITERALS = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | R"([^(\s]*)\(.*?\)\1" | "(?:\\.|[^"\\\n])*" | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL | re.VERBOSE)
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')


class File:
    def __init__(self, path, data):
        self.path = path  # relative to the root, with slashes
        self.data = data
        self.text = "" if b"\0" in data else data.decode("utf-8", "replace")
        self.lines = self.text.splitlines()
        self.name = path.rsplit("/", 1)[-1]
        self.suffix = ".cmake" if self.name == "CMakeLists.txt" else pathlib.PurePosixPath(path).suffix
        self.top = path.split("/")[0]
        room = re.match(r"src/millrace/([^/]+)/", path)
        self.room = room[1] if room else None
        self._code = None

    @property
    def is_cpp(self):
        return self.suffix in CPP

    @property
    def code(self):
        """The text of a C++ file with comments and literals blanked; every line and column stays where it is."""
        if self._code is None:
            self._code = COMMENTS_AND_LITERALS.sub(lambda hit: re.sub(r"[^\n]", " ", hit[0]), self.text)
        return self._code

    def includes(self):
        for number, line in enumerate(self.lines, 1):
            if hit := INCLUDE.match(line):
                yield number, hit[1]


def matches(pattern, text):
    for hit in re.finditer(pattern, text):
        yield text.count("\n", 0, hit.start()) + 1, hit[0]


# ---- one file -------------------------------------------------------------------------------------------------------

def size(file):
    if len(file.data) > FILE_BYTES_MAX:
        yield 1, f"{len(file.data)} bytes, more than {FILE_BYTES_MAX}"


def line_count(file):
    if file.suffix not in CODE:
        return
    most = TEST_LINES_MAX if "test" in file.path.rsplit("/", 1)[0] or "test" in file.name else SOURCE_LINES_MAX
    if len(file.lines) > most:
        yield most + 1, f"{len(file.lines)} lines, more than {most}"


def license_line(file):
    if file.suffix not in CODE:
        return
    first = file.lines[1:2] if file.text.startswith("#!") else file.lines[:1]
    if not first or "SPDX-License-Identifier: Apache-2.0" not in first[0]:
        yield 1, "the first line does not say SPDX-License-Identifier: Apache-2.0"


def pragma_once(file):
    if file.suffix == ".h" and "#pragma once" not in file.lines:
        yield 1, "a header without #pragma once"


def function_length(file):
    if not file.is_cpp:
        return
    for first, last in functions(file.code):
        if last - first + 1 > FUNCTION_LINES_MAX:
            yield first, f"a function of {last - first + 1} lines, more than {FUNCTION_LINES_MAX}"


def functions(code):
    """The first and last line of every function body at namespace or class scope, its signature included."""
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda hit: re.sub(r"[^\n]", " ", hit[0]), code, flags=re.MULTILINE)
    scopes = []  # of each open brace: "open" for namespaces and types, "body", or "other"
    head = ""    # since the last ; { or }
    line = head_line = body_line = 1
    for character in code:
        if character == "\n":
            line += 1
        if not head.strip():
            head_line = line
        if character == "{":
            kind = "other" if "body" in scopes or "other" in scopes else scope_of(head)
            if kind == "body":
                body_line = head_line
            scopes.append(kind)
        elif character == "}" and scopes and scopes.pop() == "body":
            yield body_line, line
        head = "" if character in "{};" else head + character


def scope_of(head):
    head = re.sub(r"\balignas\s*\([^)]*\)", "", head)
    if re.search(r"\bnamespace\b|\bextern\s*$|\b(class|struct|union|enum)\b[^()]*$", head):
        return "open"
    return "body" if ")" in head and not re.search(r"=\s*$", head) else "other"


def banned_calls(file):
    if not file.is_cpp:
        return
    everywhere = [(r"\busing\s+namespace\s+std\s*;", "names std's members one by one"),
                  (r"\bstr(?:cpy|cat)\s*\(", "copies without a bound"),
                  (r"(?<![\w.>])rand\s*\(", "is no generator: use <random>")]
    shipped = [(r"\bstd::endl\b", "flushes: write '\\n'"),
               (r"\bv?(?:f|s|sn|d)?printf\s*\(", "is not typed: use fmt")]
    is_shipped = file.top in {"src", "apps"} and file.path != "src/millrace/base/assert.cc"
    for pattern, why in everywhere + (shipped if is_shipped else []):
        for line, found in matches(pattern, file.code):
            yield line, f"{found.rstrip('( ')} {why}"


def noexcept_entries(file):
    if file.top not in {"src", "apps"} or not file.is_cpp:
        return
    entry = r"\bint\s+main\s*\([^)]*\)\s*noexcept|\bj?thread[\w.]*(?:\s+\w+)?\s*[({]\s*\[[^\]]*\]\s*(?:\([^)]*\))?\s*noexcept"
    for line, _ in matches(entry, file.code):
        yield line, "a noexcept entry unwinds an uncaught exception and loses its frames: base/uncaught_exception.h"


def sleeping_tests(file):
    if file.top != "tests" or not file.is_cpp:
        return
    for line, found in matches(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(", file.code):
        if "//" not in file.lines[line - 1]:
            yield line, f"{found.rstrip('( ')} makes a test slow or flaky: wait for the event, or say on this line why not"


def third_party_includes(file):
    if file.top not in {"src", "apps"}:
        return
    for line, header in file.includes():
        if header == "sqlite3.h" and not file.path.startswith("src/millrace/store/sqlite_"):
            yield line, "only store/sqlite_* includes sqlite3.h"
        if header.startswith("simdjson") and file.room not in {"decode", "record"}:
            yield line, "only decode and record include simdjson"
        if header.startswith("boost/") and not header.startswith("boost/unordered") and file.room != "net":
            yield line, "only net includes Boost"
        if header.startswith("unicode/") and file.room not in {"text", "surrealql"}:
            yield line, "only text and surrealql include ICU"
        if header.startswith(("tbb/", "oneapi/")) and file.path != "src/millrace/parallel/spread.cc":
            yield line, "only parallel/spread.cc includes oneTBB"


def leftovers(file):
    if file.path in SELF:
        return
    for line, found in matches(r"\b(?:TODO|FIXME|XXX|HACK)\b", file.text):
        yield line, f"{found}: do it, or file an issue"
    for line, found in matches(r"(?<![\w./-])/(?:root|work)/", file.text):
        yield line, f"{found} is a path of one machine"


def registry_addresses(file):
    if file.name.endswith("lock.json"):
        for line, _ in matches(r'"resolved":\s*"https', file.text):
            yield line, "names a registry: npm install with omit-lockfile-registry-resolved"


# ---- all files ------------------------------------------------------------------------------------------------------

def public_headers(files):
    """The paths of the headers that the rooms list under HEADERS."""
    for file in files:
        if file.room and file.name == "CMakeLists.txt":
            for listed in re.findall(r"millrace_room\(\w+\s+HEADERS\s+(.*?)\s(?:SOURCES|USES|LINKS)\b", file.text, re.DOTALL):
                yield from (f"src/millrace/{file.room}/{name}" for name in listed.split())


def third_party_in_public_headers(files):
    public = set(public_headers(files))
    for file in files:
        if file.path in public:
            for line, header in file.includes():
                is_optional = f"__has_include(<{header}>)" in file.text  # who has not got it can include ours
                if not header.startswith("millrace/") and re.search(r"[./]", header) and not is_optional:
                    yield file.path, line, f"a public header includes {header}, which is neither ours nor the standard library's"


def vague_rooms(files):
    for room in sorted({file.room for file in files if file.room in VAGUE_ROOMS}):
        yield f"src/millrace/{room}", 1, "a room is named after what it holds"


def untested_sources(files):
    """A warning for each room: its tests may well come in by the front door."""
    tests, unnamed = {}, {}
    for file in files:
        if file.top == "tests" and file.path.count("/") > 1:
            tests.setdefault(file.path.split("/")[1], []).append(file)
    for file in files:
        if file.room and file.suffix == ".cc":
            stem = file.name.removesuffix(".cc")
            room_tests = tests.get(file.room, [])
            if not any(test.name.startswith(stem) or re.search(rf"\b{stem}\b", test.text) for test in room_tests):
                unnamed.setdefault(file.room, []).append(stem)
    for room, stems in unnamed.items():
        yield f"no file under tests/{room} mentions {', '.join(stems)}"


FILE_RULES = [size, line_count, license_line, pragma_once, function_length, banned_calls, noexcept_entries, sleeping_tests, third_party_includes,
              leftovers, registry_addresses]
HOUSE_RULES = [third_party_in_public_headers, vague_rooms]


def errors(files):
    for file in files:
        for rule in FILE_RULES:
            for line, message in rule(file):
                yield file.path, line, message
    for rule in HOUSE_RULES:
        yield from rule(files)


def read_files(root):
    """What git tracks or would track; outside a checkout, everything but what is built or fetched."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=False)
    if listed.returncode == 0:
        paths = listed.stdout.decode().split("\0")
    else:
        skipped = {"build", "node_modules", "data", ".git"}
        paths = [str(path.relative_to(root)) for path in root.rglob("*") if not skipped & set(path.relative_to(root).parts)]
    return [File(path, (root / path).read_bytes()) for path in sorted(set(paths)) if (root / path).is_file()]


def main(root):
    files = read_files(root)
    for warning in untested_sources(files):
        print(f"warning: {warning}")
    found = sorted(set(errors(files)))
    for path, line, message in found:
        print(f"{path}:{line}: {message}")
    print(f"{len(files)} files, {len(found)} errors")
    return bool(found) or not files


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
