#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a block of code in docs/library.md is not the text of the example that it names, or an example is not quoted.
Usage: check_quotes.py ROOT

A block is a quote when the line before it is <!-- examples/NAME.cc -->. Its lines stand in that file one behind the other, all by the
same number of spaces further to the right."""
import pathlib
import re
import sys
import textwrap

QUOTE = re.compile(r"^<!-- (examples/\w+\.cc) -->\n```cpp\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def stands_in(quote, text):
    quote = quote.splitlines()
    lines = text.splitlines()
    return any(textwrap.dedent("\n".join(lines[at:at + len(quote)])).splitlines() == quote for at in range(len(lines)))


def main(root):
    page = (root / "docs/library.md").read_text()
    quotes = QUOTE.findall(page)
    wrong = [f"docs/library.md: a quote of {name} is not its text:\n{quote}" for name, quote in quotes
             if not (root / name).is_file() or not stands_in(quote, (root / name).read_text())]
    examples = {f"examples/{path.name}" for path in (root / "examples").glob("*.cc")}
    wrong += [f"docs/library.md quotes nothing of {name}" for name in sorted(examples - {name for name, _ in quotes})]
    print("\n".join(wrong) or f"{len(quotes)} quotes of {len(examples)} examples")
    return bool(wrong) or not quotes


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
