# SPDX-License-Identifier: Apache-2.0
"""All benchmarks of one side: of one program, of every Google Benchmark program in a folder, or a command of the shell."""
import pathlib
import re

import counts
import programs


class Suite:
    def __init__(self, benchmarks, path, unit):
        self.benchmarks = benchmarks  # {shown name: (program, its own name)}
        self.path = path              # of a program, for the build it is of
        self.unit = unit

    def names(self):
        return list(self.benchmarks)

    def measure(self, name):
        """{shown name: repetitions} of one process; a latency command gives several names."""
        program, inner = self.benchmarks[name]
        return {name + found.removeprefix(inner): times for found, times in program.measure(inner).items()}

    def count(self, names, with_instructions):
        """Allocations and instructions an iteration, by name, where the programs count them."""
        found = {}
        for name in names:
            program, inner = self.benchmarks.get(name, (None, None))
            if isinstance(program, programs.GoogleBenchmark):
                found[name] = counts.count_all(program, [inner], with_instructions)[inner]
        return {name: counted for name, counted in found.items() if counted}


def open_suite(text, options):
    """`text` as the user gave it: a command with --shell, else a program or a folder of them."""
    if options.shell:
        command = programs.Shell(text, options.name, options.metric, options.latency, options.seed)
        return Suite({name: (command, name) for name in command.names()}, None, command.unit)
    path = pathlib.Path(text)
    if path.is_dir():
        found = programs.google_programs(path)
    elif path.is_file():
        found = {path.name: path}
    else:
        raise programs.Refused(f"{text} is neither a program nor a folder (a command of the shell needs --shell)")
    if not found:
        raise programs.Refused(f"no program in {text} is linked with Google Benchmark")
    wanted = re.compile(options.filter)
    benchmarks = {}
    for program_name, program_path in found.items():
        program = programs.GoogleBenchmark(program_path, options.repetitions, options.min_time, options.seed)
        for name in program.names():
            shown = f"{program_name}:{name}" if path.is_dir() else name
            if wanted.search(shown):
                benchmarks[shown] = (program, name)
    if not benchmarks:
        raise programs.Refused(f"no benchmark of {text} matches --filter {options.filter!r}")
    return Suite(benchmarks, next(iter(found.values())), "ns")


def common(names_a, names_b, is_strict, is_lenient):
    """The names on both sides, and what to say of the others. --strict refuses when one is missing, --lenient says nothing."""
    missing = [f"{name} is only in A" for name in names_a if name not in names_b]
    missing += [f"{name} is only in B" for name in names_b if name not in names_a]
    if is_strict and missing:
        raise programs.Refused(f"--strict: {'; '.join(missing)}")
    both = [name for name in names_a if name in names_b]
    if not both:
        raise programs.Refused("A and B have no benchmark in common: " + "; ".join(missing[:6]))
    return both, [] if is_lenient else missing
