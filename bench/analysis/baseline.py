# SPDX-License-Identifier: Apache-2.0
"""Saved runs with the machine and the build they come from: build/bench-baselines/NAME.json, one file a run.

    {"schema": 2, "name", "started" (UTC, ISO 8601), "machine": {…}, "build": {…}, "settings": {"metric", "repetitions", "min_time"},
     "benchmarks": {name: {"unit", "sequence": [[side, [times]]]}}, "counts": {name: {…}}}

Times of two machines say nothing about two programs, so a run of another machine is refused, and so is one of another metric.
Another compiler, flags, build type or repetitions on the same machine are a fair question, if they are meant: they are warned of."""
import datetime
import json
import math
import os
import pathlib
import platform
import re
import subprocess
import sys

import programs

SCHEMA = 2
MACHINE_WORDS = {"cpu": "CPU", "cores": "cores", "memory_gib": "memory (GiB)", "kernel": "kernel"}
BUILD_WORDS = {"compiler": "compiler", "flags": "flags", "build_type": "build type"}
SETTING_WORDS = {"repetitions": "--repetitions", "min_time": "--min-time"}
MEMBERS = {"name": str, "started": str, "machine": dict, "build": dict, "settings": dict, "benchmarks": dict, "counts": dict}
SWITCHES = ("MILLRACE_SHIP", "MILLRACE_LTO", "MILLRACE_PGO", "MILLRACE_SANITIZE", "MILLRACE_PROFILE")  # cmake/BuildTypes.cmake


def machine():
    cpu = platform.processor() or platform.machine()
    if hit := re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE):
        cpu = hit[1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gib": round(memory / 2**30), "kernel": platform.release()}


def first_line(arguments):
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return (done.stdout.splitlines() or [""])[0] if done.returncode == 0 else ""


def build(program):
    """What CMake's cache in the program's build folder says; members are empty where there is none. Flags are those of the cache and
    the switches that set more of them; "git" is what is checked out now, not when the program was built."""
    for folder in pathlib.Path(program).resolve().parents:
        cache = folder / "CMakeCache.txt"
        if cache.is_file():
            known = dict(re.findall(r"^(\w+):\w+=(.*)$", cache.read_text(), re.MULTILINE))
            kind = known.get("CMAKE_BUILD_TYPE", "")
            flags = [known.get("CMAKE_CXX_FLAGS", ""), known.get(f"CMAKE_CXX_FLAGS_{kind.upper()}", "")]
            flags += [f"{switch}={known[switch]}" for switch in SWITCHES if known.get(switch, "OFF") not in ("", "OFF")]
            return {"compiler": first_line([known.get("CMAKE_CXX_COMPILER", "c++"), "--version"]),
                    "flags": " ".join(flag for flag in flags if flag), "build_type": kind,
                    "git": first_line(["git", "-C", known.get("CMAKE_HOME_DIRECTORY", "."), "describe", "--always", "--dirty"])}
    return {"compiler": "", "flags": "", "build_type": "", "git": ""}


def new_run(name, program, settings, benchmarks, counts):
    return {"schema": SCHEMA, "name": name, "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "machine": machine(), "build": build(program), "settings": settings, "benchmarks": benchmarks, "counts": counts}


def path_of(folder, name):
    if not re.fullmatch(r"[\w.@+-]{1,100}", name) or name.startswith("."):
        raise programs.Refused(f"{name!r} is no name of a baseline: use letters, digits and . _ - + @")
    return pathlib.Path(folder) / f"{name}.json"


def save(folder, run):
    path = path_of(folder, run["name"])
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(run))
    fresh.rename(path)
    return path


def check_members(run):
    """Raises ValueError, KeyError, TypeError or AttributeError where `run` is not as new_run makes it."""
    for member, kind in MEMBERS.items():
        if not isinstance(run[member], kind):
            raise ValueError(f"{member!r} is no {kind.__name__}")
    for name, benchmark in run["benchmarks"].items():
        if not isinstance(benchmark["unit"], str) or not benchmark["sequence"]:
            raise ValueError(f"{name!r} has no unit or no times")
        for side, times in benchmark["sequence"]:
            if side not in ("A", "B") or not times or not all(math.isfinite(time) and time > 0 for time in times):
                raise ValueError(f"the times of {name!r} are not all above 0")
    for name, counted in run["counts"].items():
        if not all(math.isfinite(value) for value in counted.values()):
            raise ValueError(f"a count of {name!r} is no number")


def read(path):
    try:
        run = json.loads(path.read_text())
        if run["schema"] == SCHEMA:
            check_members(run)
            return run
    except OSError as error:
        raise programs.Refused(f"{path} cannot be read: {error.strerror}") from error
    except KeyError as error:
        raise programs.Refused(f"{path} is no baseline: it has no {error}") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise programs.Refused(f"{path} is no baseline: {error}") from error
    raise programs.Refused(f"{path} is of schema {run['schema']}, this program reads {SCHEMA}: save it again")


def load(folder, name):
    path = path_of(folder, name)
    if not path.is_file():
        known = ", ".join(saved["name"] for saved in all_runs(folder)) or "none"
        raise programs.Refused(f"no baseline {name!r} in {folder}; there: {known}")
    return read(path)


def all_runs(folder):
    """Oldest first; what cannot be read is told and left out."""
    runs = []
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        try:
            runs.append(read(path))
        except programs.Refused as refusal:
            print(f"warning: left out: {refusal}", file=sys.stderr)
    return sorted(runs, key=lambda run: run["started"])


def history(folder, settings):
    """The saved runs of this machine and metric, oldest first."""
    here = machine()
    return [run for run in all_runs(folder) if run["machine"] == here and run["settings"].get("metric") == settings["metric"]]


def differences(saved, now, words):
    return [f"{word} {saved.get(key)!r}, here {now.get(key)!r}" for key, word in words.items() if saved.get(key) != now.get(key)]


def check(saved, now_build, settings):
    """Refuses another machine's or metric's run; gives warnings about another build and other settings."""
    if (metric := saved["settings"].get("metric")) != settings["metric"]:
        raise programs.Refused(f"baseline {saved['name']!r} holds {metric!r}, here {settings['metric']!r} is measured")
    if found := differences(saved["machine"], machine(), MACHINE_WORDS):
        raise programs.Refused(f"baseline {saved['name']!r} is of another machine: {'; '.join(found)}. Save one here, or compare two "
                               "builds in one run (make bench-compare)")
    return ([f"baseline {saved['name']!r} was built otherwise: {text}" for text in differences(saved["build"], now_build, BUILD_WORDS)]
            + [f"baseline {saved['name']!r} was measured otherwise: {text}" for text in differences(saved["settings"], settings, SETTING_WORDS)])
