# SPDX-License-Identifier: Apache-2.0
"""Saved runs with the machine and the build they come from: build/bench-baselines/NAME.json, one file a run.

    {"schema": 1, "name", "started" (UTC, ISO 8601), "machine": {…}, "build": {…},
     "benchmarks": {name: {"unit", "sequence": [[side, [times]]]}}, "counts": {name: {…}}}

Times of two machines say nothing about two programs, so a run of another machine is refused. Another compiler, flags or build
type on the same machine is a fair question, if it is meant: it is warned of."""
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

import programs

SCHEMA = 1
MACHINE_WORDS = {"cpu": "CPU", "cores": "cores", "memory_gib": "memory (GiB)", "kernel": "kernel"}
BUILD_WORDS = {"compiler": "compiler", "flags": "flags", "build_type": "build type"}


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
    """What CMake's cache in the program's build folder says; members are empty where there is none."""
    for folder in pathlib.Path(program).resolve().parents:
        cache = folder / "CMakeCache.txt"
        if cache.is_file():
            known = dict(re.findall(r"^(\w+):\w+=(.*)$", cache.read_text(), re.MULTILINE))
            kind = known.get("CMAKE_BUILD_TYPE", "")
            flags = f"{known.get('CMAKE_CXX_FLAGS', '')} {known.get(f'CMAKE_CXX_FLAGS_{kind.upper()}', '')}".strip()
            return {"compiler": first_line([known.get("CMAKE_CXX_COMPILER", "c++"), "--version"]), "flags": flags, "build_type": kind,
                    "git": first_line(["git", "-C", known.get("CMAKE_HOME_DIRECTORY", "."), "describe", "--always", "--dirty"])}
    return {"compiler": "", "flags": "", "build_type": "", "git": ""}


def new_run(name, program, benchmarks, counts):
    return {"schema": SCHEMA, "name": name, "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "machine": machine(), "build": build(program), "benchmarks": benchmarks, "counts": counts}


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


def read(path):
    try:
        run = json.loads(path.read_text())
        members = {"schema", "name", "started", "machine", "build", "benchmarks", "counts"}
        if not isinstance(run, dict) or not members <= run.keys():
            raise ValueError("members are missing")
    except ValueError as error:
        raise programs.Refused(f"{path} is no baseline: {error}") from error
    if run["schema"] != SCHEMA:
        raise programs.Refused(f"{path} is of schema {run['schema']}, this program reads {SCHEMA}: save it again")
    return run


def load(folder, name):
    path = path_of(folder, name)
    if not path.is_file():
        known = ", ".join(saved["name"] for saved in all_runs(folder)) or "none"
        raise programs.Refused(f"no baseline {name!r} in {folder}; there: {known}")
    return read(path)


def all_runs(folder):
    """Oldest first."""
    return sorted((read(path) for path in pathlib.Path(folder).glob("*.json")), key=lambda run: run["started"])


def history(folder):
    """The saved runs of this machine, oldest first."""
    here = machine()
    return [run for run in all_runs(folder) if run["machine"] == here]


def differences(saved, now, words):
    return [f"{word} {saved.get(key)!r}, here {now.get(key)!r}" for key, word in words.items() if saved.get(key) != now.get(key)]


def check(saved, now_build):
    """Refuses another machine's run; gives warnings about another build."""
    if found := differences(saved["machine"], machine(), MACHINE_WORDS):
        raise programs.Refused(f"baseline {saved['name']!r} is of another machine: {'; '.join(found)}. Save one here, or compare two "
                               "builds in one run (make bench-compare)")
    return [f"baseline {saved['name']!r} was built otherwise: {text}" for text in differences(saved["build"], now_build, BUILD_WORDS)]
