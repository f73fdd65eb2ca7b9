# SPDX-License-Identifier: Apache-2.0
"""Programs that are measured: Google Benchmark programs, and commands that print numbers. One call is one process."""
import contextlib
import json
import math
import os
import pathlib
import random
import re
import shlex
import signal
import subprocess
import tempfile

import shape

TIME_OUT = 600  # seconds, of one process


class Refused(Exception):
    """What the user is told when nothing can be compared; exit 2."""


def run(arguments, environment=None):
    """What a process prints. It has a session of its own, so that all that it started ends with it."""
    try:
        process = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, errors="replace", start_new_session=True)
    except OSError as error:
        raise Refused(f"{arguments[0]} cannot be run: {error.strerror}") from error
    with process:
        try:
            printed, complaints = process.communicate(timeout=TIME_OUT)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise Refused(f"{shlex.join(map(str, arguments))} did not end within {TIME_OUT} s") from error
            raise
    if process.returncode != 0:
        words = (complaints or printed).strip().splitlines()
        raise Refused(f"{shlex.join(map(str, arguments))} exits with {process.returncode}: {words[-1] if words else 'no words'}")
    return printed


def padded_environment(draw, more=None):
    """The environment with a random length, as where the stack begins changes speed by itself (Mytkowicz and others 2009)."""
    return {**os.environ, **(more or {}), "MILLRACE_BENCH_PADDING": "x" * draw.randrange(4096)}


def exactly(name):
    """A filter of Google Benchmark (POSIX extended) that this name alone passes."""
    return "^" + re.sub(r"([\\.^$|()\[\]{}*+?])", r"\\\1", name) + "$"


class GoogleBenchmark:
    """A program linked with Google Benchmark. Times are nanoseconds an iteration: wall time where the benchmark asks for it or
    has threads of its own, else CPU time, which the machine's other jobs disturb less."""

    unit = "ns"

    def __init__(self, path, repetitions=5, seconds=0.002, seed=1, environment=None):
        self.path = pathlib.Path(path).resolve()
        self.repetitions, self.seconds = repetitions, seconds
        self.environment = environment or {}
        self.draw = random.Random(seed)

    def names(self):
        return [line for line in run([self.path, "--benchmark_list_tests"]).splitlines() if line]

    def call(self, *flags, environment=None, before=()):
        """The list of benchmarks in the program's JSON."""
        text = run([*before, self.path, "--benchmark_format=json", *flags],
                   padded_environment(self.draw, {**self.environment, **(environment or {})}))
        try:
            return [dict(row) for row in json.loads(text)["benchmarks"]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Refused(f"{self.path} did not print Google Benchmark's JSON") from error

    def measure(self, name):
        """{name: repetitions} of one process that runs this benchmark alone."""
        rows = self.call(f"--benchmark_filter={exactly(name)}", f"--benchmark_repetitions={self.repetitions}",
                         "--benchmark_enable_random_interleaving=true", f"--benchmark_min_time={self.seconds}")
        member = "real_time" if re.search(r"/(real_time|manual_time|threads:(?!1\b))", name) else "cpu_time"
        for row in rows:
            if row.get("error_occurred"):
                raise Refused(f"{name} of {self.path} failed: {row.get('error_message', 'no words')}")
        try:
            times = [float(row[member]) * {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[row["time_unit"]] for row in rows
                     if row["run_type"] == "iteration"]
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Refused(f"{name} of {self.path} gave no time: {error!r}") from error
        if not times or not all(math.isfinite(time) and time > 0 for time in times):
            raise Refused(f"{name} of {self.path} gave no time, or one that is not above 0")
        return {name: times}


class Shell:
    """A command of the shell that prints, as its last line or all in all, a number, JSON with the member `metric`, or, with
    `is_latency`, one sample a line. `{out}` in it is a file to write that to instead. Of a member that ends in per_second more is
    better: it is turned into seconds for one. One process gives one value, or one for each of the samples' quantiles."""

    def __init__(self, command, name="command", metric="seconds", is_latency=False, seed=1):
        self.command, self.name, self.metric, self.is_latency = command, name, metric, is_latency
        self.unit = "s"
        self.draw = random.Random(seed)

    def names(self):
        return [self.name]

    def measure(self, name):
        with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
            out = pathlib.Path(folder) / "out"
            text = run(["bash", "-c", self.command.replace("{out}", shlex.quote(str(out)))], padded_environment(self.draw))
            if "{out}" in self.command:
                try:
                    text = out.read_text(errors="replace")
                except OSError as error:
                    raise Refused(f"{self.command!r} wrote no file {{out}}: {error.strerror}") from error
        if self.is_latency:
            return {f"{name} {part}": [value] for part, value in shape.latencies(self.positive(text.split())).items()}
        return {name: self.positive([self.number(text)])}

    def number(self, text):
        for part in (text, (text.strip().splitlines() or [""])[-1]):
            try:
                value = json.loads(part)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                if self.metric not in value:
                    raise Refused(f"what {self.command!r} printed has no member {self.metric!r}, only {', '.join(sorted(value))}")
                value = value[self.metric]
                return 1 / self.positive([value])[0] if self.metric.endswith("per_second") else value
            return value
        raise Refused(f"{self.command!r} printed neither a number nor JSON as its last line")

    def positive(self, values):
        try:
            numbers = [float(value) for value in values]
        except (TypeError, ValueError, OverflowError) as error:
            raise Refused(f"{self.command!r} printed something that is not a number: {error}") from error
        if not numbers or not all(math.isfinite(number) and number > 0 for number in numbers):
            raise Refused(f"{self.command!r} printed no number, or one that is not above 0")
        return numbers


def google_programs(folder):
    """The programs in a folder that are linked with Google Benchmark, by name."""
    found = {}
    for path in sorted(pathlib.Path(folder).iterdir()):
        if path.is_file() and os.access(path, os.X_OK) and b"libbenchmark.so" in path.read_bytes():
            found[path.name] = path
    return found
