#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stages cost what the loop by hand costs: counted in instructions, under callgrind.  Usage: stages_cost_test.py PROGRAM…

Each program is cost/stages_cost.cc at some optimisation. That the gate can fail is seen each time: std::views::filter must not pass it.
The fast form has a limit per element, which it can only keep if its loops are vector code with the user's functions inlined."""
import pathlib
import re
import subprocess
import sys
import tempfile

RATIO_MAX = 1.02
ELEMENTS = 1_000_000
PER_ELEMENT_MAX = {"sum_best": 2, "sum_portable": 4.5, "collect_best": 4, "collect_portable": 11, "min_best": 3, "min_portable": 7}


def instructions(program):
    """By function and data, as "sum_hand/random", what one call of it took."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program], capture_output=True, text=True, check=False)
        if run.returncode:
            sys.exit(f"{program} ended with {run.returncode}:\n{run.stderr}")
        found = {}
        for file in pathlib.Path(folder).glob("out.*"):
            text = file.read_text()
            if name := re.search(r"^desc: Trigger: Client Request: (.+)$", text, re.MULTILINE):
                found[name[1]] = int(re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)[1])
        return found


def has_avx2():
    return " avx2" in pathlib.Path("/proc/cpuinfo").read_text()


def main(programs):
    wrong = 0
    for program in programs:
        cost = instructions(program)
        for name, by_hand in sorted(cost.items()):
            what, data = name.split("/")
            if not what.endswith("_hand"):
                continue
            for form in ("stages", "views"):
                if (other := cost.get(what.replace("_hand", f"_{form}") + f"/{data}")) is None:
                    continue
                ratio = other / by_hand
                as_it_should_be = (ratio <= RATIO_MAX) == (form == "stages")
                wrong += not as_it_should_be
                print(f"{pathlib.Path(program).name}: {what.removesuffix('_hand')}, {data}: by hand {by_hand:,}, {form} {other:,}, "
                      f"ratio {ratio:.4f}{'' if as_it_should_be else '  <- wrong'}")
        for name, most in PER_ELEMENT_MAX.items():
            if name.endswith("_best") and not has_avx2():
                continue
            taken = cost[f"{name}/random"] / ELEMENTS
            wrong += taken > most
            print(f"{pathlib.Path(program).name}: {name}: {taken:.2f} an element, at most {most}{'  <- wrong' if taken > most else ''}")
        if len(cost) < 22:
            sys.exit(f"{program}: only {len(cost)} counts: {sorted(cost)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
