#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles a source in which some lines must not compile.  Usage: expect_errors.py SOURCE COMPILER [FLAG…]

A line with `// error: TEXT` must be refused with TEXT in the compiler's message; a line without must compile. An error inside a
header belongs to the line of SOURCE whose evaluation led there."""
import pathlib
import re
import subprocess
import sys

EXPECTED = re.compile(r"// error: (.+)$")


def errors_by_line(source, output):
    """The messages of each line of SOURCE. GCC says the chain of evaluations before the error, clang in notes behind it."""
    found, line, last = {}, None, None
    for text in output.splitlines():
        if place := re.match(re.escape(source) + r":(\d+):", text):
            line = int(place[1])
        if ": error: " in text:
            last = (line, text.split(": error: ", 1)[1])
            found.setdefault(line, []).append(last[1])
        elif ": note: " in text and last:
            found.setdefault(last[0], []).append(text.split(": note: ", 1)[1])
    return found


def main(source, command):
    expected = {number: hit[1].strip() for number, text in enumerate(pathlib.Path(source).read_text().splitlines(), 1)
                if (hit := EXPECTED.search(text))}
    flags = ["-fsyntax-only", "-fdiagnostics-color=never"]
    run = subprocess.run([*command, *flags, source], capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    found = errors_by_line(source, run.stderr)
    wrong = []
    for number, text in expected.items():
        if number not in found:
            wrong.append(f"{source}:{number}: compiles, but must not: {text}")
        elif not any(text in message for message in found[number]):
            wrong.append(f"{source}:{number}: is refused, but not by: {text}\n  " + "\n  ".join(found[number]))
    wrong += [f"{source}:{number}: does not compile:\n  " + "\n  ".join(messages) for number, messages in found.items()
              if number not in expected]
    print("\n".join(wrong) or f"{len(expected)} lines refused as they should be")
    return 1 if wrong or not expected else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
