#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes unicode_tables.h out of Unicode's data files (Debian: unicode-data). The build runs it; nothing of it is committed.
   Usage: generate_tables.py DATA_FOLDER OUTPUT

case_table.h says what the tables mean. A table by code point has two levels: one byte for each 64 code points says which block,
and equal blocks are kept once."""
import pathlib
import re
import sys

BLOCK = 64
TWO_BYTES_END = 0x800       # code points from here on need three bytes
PROPERTIES_END = 0x30000    # beyond it lie only some that are case-ignorable, kept as ranges
CASED, CASE_IGNORABLE, WHITE_SPACE, NFC_UNSAFE = 1, 2, 4, 8


def fields(path):
    """Of each line that holds data, without its comment."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line := line.split("#")[0].strip():
            yield [field.strip() for field in line.split(";")]


def span(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def points(text):
    return tuple(int(point, 16) for point in text.split())


def version_of(path):
    found = re.match(r"# \w+-([\d.]+)\.txt", path.read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"{path}: its first line names no version of Unicode")
    return found[1]


class Data:
    def __init__(self, folder):
        self.version = version_of(folder / "SpecialCasing.txt")
        self.upper, self.lower, self.fold, self.properties = {}, {}, {}, {}
        self.read_simple(folder / "UnicodeData.txt")
        self.read_special(folder / "SpecialCasing.txt")
        for entry in fields(folder / "CaseFolding.txt"):
            if entry[1] in "CF":  # full folding: S is the simple one, T for Turkic languages
                self.fold[int(entry[0], 16)] = points(entry[2])
        self.read_properties(folder / "DerivedCoreProperties.txt", {"Cased": CASED, "Case_Ignorable": CASE_IGNORABLE})
        self.read_properties(folder / "PropList.txt", {"White_Space": WHITE_SPACE})
        self.read_properties(folder / "DerivedNormalizationProps.txt", {"NFC_QC": NFC_UNSAFE})

    def set_property(self, point, bit):
        self.properties[point] = self.properties.get(point, 0) | bit

    def read_simple(self, path):
        for entry in fields(path):
            point = int(entry[0], 16)
            if entry[3] != "0":  # a combining class: canonical order may move it
                self.set_property(point, NFC_UNSAFE)
            for mapping, text in ((self.upper, entry[12]), (self.lower, entry[13])):
                if text:
                    mapping[point] = points(text)

    def read_special(self, path):
        for entry in fields(path):
            if len(entry) > 4 and entry[4]:  # of one language, or Final_Sigma: final_sigma.cc
                continue
            self.lower[int(entry[0], 16)] = points(entry[1])
            self.upper[int(entry[0], 16)] = points(entry[3])

    def read_properties(self, path, wanted):
        for entry in fields(path):
            if entry[1] in wanted:
                for point in span(entry[0]):
                    self.set_property(point, wanted[entry[1]])


def utf8(mapped):
    return "".join(map(chr, mapped)).encode()


class Blocks:
    """The second level, which tables may share."""

    def __init__(self):
        self.numbers = {bytes(BLOCK): 0}

    def second_level(self, name):
        return array(f"std::uint8_t {name}[{len(self.numbers) * BLOCK}]", [value for block in self.numbers for value in block])

    def first_level(self, values, end):
        found = []
        for begin in range(0, end, BLOCK):
            block = bytes(values.get(point, 0) for point in range(begin, begin + BLOCK))
            found.append(self.numbers.setdefault(block, len(self.numbers)))
        if len(self.numbers) > 256:
            sys.exit("more than 256 blocks: a byte no longer says which")
        return found


def array(declaration, items, per_line=24):
    lines = [", ".join(map(str, items[at:at + per_line])) for at in range(0, len(items), per_line)]
    return f"inline constexpr {declaration} = {{\n  " + ",\n  ".join(lines) + "};\n"


def pair(mapped):
    """As it stands in the table of two-byte sequences; 0, 0 where the mapped form is none."""
    data = utf8(mapped)
    return data if len(data) == 2 else bytes(2)


def case_table(name, mapping, blocks):
    mapping = {point: mapped for point, mapped in mapping.items() if mapped != (point,)}
    for point, mapped in mapping.items():
        if len(utf8(mapped)) > 3 * len(utf8((point,))):
            sys.exit(f"U+{point:04X} grows to more than three times its size, which text.cc counts on")
        if point < 0x80 and len(mapped) * mapped[0] >= 0x80:
            sys.exit("an ASCII letter maps to something else than one")
    deltas = sorted({mapped[0] - point for point, mapped in mapping.items() if len(mapped) == 1})
    expansions = sorted({mapped for mapped in mapping.values() if len(mapped) > 1})
    if 1 + len(deltas) + len(expansions) > 256:
        sys.exit("more than 256 classes: a byte no longer holds one")
    classes = {("delta", delta): number for number, delta in enumerate(deltas, 1)}
    classes |= {("expansion", text): number for number, text in enumerate(expansions, 1 + len(deltas))}
    values = {point: classes["delta", mapped[0] - point] if len(mapped) == 1 else classes["expansion", mapped]
              for point, mapped in mapping.items()}
    end = max(values) // BLOCK * BLOCK + BLOCK
    first = blocks.first_level(values, end)
    twos = [b"\0\0" if point < 0x80 or (name == "lower" and point == 0x3A3) else pair(mapping.get(point, (point,)))
            for point in range(TWO_BYTES_END)]
    letters = sorted(point for point in mapping if point < 0x80)
    if letters != list(range(letters[0], letters[0] + 26)):
        sys.exit("the ASCII letters that change are not the 26")
    spelt = [f"{{{len(utf8(text))}, {{{', '.join(map(str, utf8(text)))}}}}}" for text in expansions] or ["{}"]
    return (array(f"std::uint8_t {name}_two_bytes[{TWO_BYTES_END}][2]", [f"{{{two[0]}, {two[1]}}}" for two in twos], 12)
            + array(f"std::uint8_t {name}_first_level[{len(first)}]", first)
            + array(f"std::int32_t {name}_deltas[{1 + len(deltas)}]", [0, *deltas])
            + array(f"Expansion {name}_expansions[{len(spelt)}]", spelt, 4)
            + f"inline constexpr CaseTable {name}_table = {{{letters[0]}, {str(name == 'lower').lower()}, {1 + len(deltas)}, {end}, "
              f"{name}_two_bytes, {name}_first_level, case_blocks, {name}_deltas, {name}_expansions}};\n")


def property_table(properties):
    blocks = Blocks()
    low = {point: bits for point, bits in properties.items() if point < PROPERTIES_END}
    high = sorted(point for point in properties if point >= PROPERTIES_END)
    if any(properties[point] != CASE_IGNORABLE for point in high):
        sys.exit(f"beyond U+{PROPERTIES_END:X} there is more than what is case-ignorable")
    ranges = []
    for point in high:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    first = blocks.first_level(low, PROPERTIES_END)
    return (array(f"std::uint8_t property_first_level[{len(first)}]", first) + blocks.second_level("property_blocks")
            + array(f"CodePointRange ignorable_ranges[{len(ranges)}]", [f"{{{first}, {last}}}" for first, last in ranges], 6))


def doubt_table(properties):
    """Which bytes begin the UTF-8 of a code point that NFC may change. Each low nibble has a bit for each high one from C to F."""
    leads = {chr(point).encode()[0] for point, bits in properties.items() if bits & NFC_UNSAFE}
    if min(leads) != 0xCC:
        sys.exit("NFC changes something below U+0300, which ascii.h does not look at")
    return array("std::uint8_t nfc_doubts[16]", [sum((1 << high) * (0xC0 + 16 * high + low in leads) for high in range(4)) for low in range(16)])


def main(folder, output):
    data, blocks = Data(folder), Blocks()
    tables = [case_table(name, mapping, blocks) for name, mapping in (("upper", data.upper), ("lower", data.lower), ("fold", data.fold))]
    output.write_text(f"""// SPDX-License-Identifier: Apache-2.0
// Made by generate_tables.py out of Unicode {data.version}'s data; case_table.h says what it means.
#pragma once

#include "millrace/text/case_table.h"

namespace millrace::text {{

inline constexpr char unicode_version[] = "{data.version}";
{blocks.second_level("case_blocks")}{"".join(tables)}{property_table(data.properties)}{doubt_table(data.properties)}
}}  // namespace millrace::text
""", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
