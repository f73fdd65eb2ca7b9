# SPDX-License-Identifier: Apache-2.0
"""Rows of contenders that are measured in alternating rounds and held against what their result must be.

    Row("ints", "1 M ints", "ms", [Contender("rust", measure, was="4.2 ms"), …], ("millrace", "avx2"), higher_is_better=False)

A contender's `measure(work)` runs it once and gives a Measurement, or raises Failed: it ran badly or its result is wrong, which
fails the whole run; Missing: a package is not there, which is told and the run goes on; NotYet: a part of millrace that does
not exist yet. Within a row all results that are not None must be equal, through all rounds."""
import dataclasses
import functools
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import ROOT, Failed, interval, run  # noqa: E402

PEERS = ROOT / "bench/peers"


class Missing(Exception):
    """The message names what is not there and what to do."""


class NotYet(Exception):
    """The message names the issue that brings it."""


@dataclasses.dataclass
class Measurement:
    value: float
    result: object = None  # what the contender made, as far as it must be what the others made
    notes: dict = dataclasses.field(default_factory=dict)  # further figures by name: peak_mib, p50_ms


@dataclasses.dataclass
class Contender:
    name: str
    measure: object
    was: str = ""  # the figure from before the project began
    remark: str = ""


@dataclasses.dataclass
class Row:
    name: str
    title: str
    unit: str
    contenders: list
    bases: tuple  # names: the first of them that was measured is the one whose lead over each other is given
    higher_is_better: bool = True
    remark: str = ""


@dataclasses.dataclass
class Work:
    """A run: its options, its folder, and what was made in it once for all rows."""
    options: object
    sizes: object
    folder: pathlib.Path
    made: dict = dataclasses.field(default_factory=dict)

    def once(self, key, make):
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    def program(self, name):
        path = self.options.build / "bin" / name
        if not path.exists():
            raise Missing(f"{path} is not built: cmake --build it with preset bench")
        return path

    def posts(self, count):
        """A file of that many generated posts."""
        def make():
            path = self.folder / f"posts-{count}.ndjson"
            run([self.program("millrace"), "generate", "posts", "--count", count, "--seed", 1, "-o", path])
            return path
        return self.once(("posts", count), make)

    def has_command(self, name):
        """Whether this millrace has the command already."""
        words = self.once("help", lambda: run([self.program("millrace"), "--help"])[2].decode())
        return re.search(rf"^\s+{name}\s", words, re.MULTILINE) is not None


def script(name, *arguments):
    """What a Python program of this folder prints, as JSON."""
    return json.loads(run([sys.executable, "-B", PEERS / name, *arguments])[2])


def small_rival(work, name, *arguments):
    """What a program out of this folder's C++ prints, as JSON."""
    try:
        return json.loads(run([work.program(name), *arguments])[2])
    except Failed as failure:
        if "this processor" in str(failure):
            raise Missing(str(failure)) from None
        raise


def node(name, *arguments, tool="peers"):
    """Runs a Node program of this folder whose packages are those of tools/`tool`: seconds, peak, what it printed as JSON."""
    need_packages(tool)
    seconds, peak, printed = run(["node", PEERS / name, *arguments])
    return seconds, peak, json.loads(printed)


@functools.cache
def version(*command):
    """The first line that it prints: for a contender's remark."""
    if not shutil.which(command[0]):
        return "not installed"
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=20, check=False).stdout.splitlines()[0]


def rust_program(work, name):
    """NAME.rs of this folder, compiled once."""
    def make():
        need_program("rustc")
        program = work.folder / f"rust-{name}"
        run(["rustc", "--edition=2021", "-C", "opt-level=3", "-C", "codegen-units=1", "-C", "lto", "-C", "panic=abort", "-o", program, PEERS / f"{name}.rs"])
        return program
    return work.once(f"rust {name}", make)


def need_program(name, package=None):
    if not shutil.which(name):
        raise Missing(f"{name} is not installed: apt-get install {package or name}, or scripts/setup.sh peers")
    return name


def need_packages(tool):
    """Node, and the npm packages of tools/`tool`."""
    need_program("node", "nodejs")
    if not (ROOT / f"tools/{tool}/node_modules/.package-lock.json").exists():
        raise Missing(f"the npm packages of tools/{tool} are not installed: scripts/setup.sh peers")


def measure_row(row, work, rounds, say):
    """Runs a row's contenders in turns, every second round backwards. Gives the row as it goes into the JSON."""
    states = {contender.name: {"name": contender.name, "was": contender.was, "remark": contender.remark, "status": "measured",
                               "values": [], "notes": {}} for contender in row.contenders}
    agreed = None  # (result, whose)
    for number in range(rounds):
        for contender in row.contenders if number % 2 == 0 else reversed(row.contenders):
            state = states[contender.name]
            if state["status"] != "measured":
                continue
            try:
                measured = contender.measure(work)
                if measured.result is not None:
                    agreed = agreed or (measured.result, contender.name)
                    if measured.result != agreed[0]:
                        raise Failed(f"its result is {measured.result}, that of {agreed[1]} is {agreed[0]}")
            except Exception as problem:  # whatever one contender does, the others are measured
                state["status"] = {Missing: "missing", NotYet: "not yet"}.get(type(problem), "failed")
                state["why"] = str(problem) if isinstance(problem, (Missing, NotYet, Failed, OSError)) else repr(problem)
                say(f"{row.name}: {contender.name}: {state['status']}: {state['why']}")
                continue
            state["values"].append(measured.value)
            for name, value in measured.notes.items():
                state["notes"].setdefault(name, []).append(value)
        say(f"{row.name}: round {number + 1} of {rounds}")
    for state in states.values():
        if state["status"] == "measured":
            state["median"] = statistics.median(state["values"])
        state["notes"] = {name: statistics.median(values) for name, values in state["notes"].items()}
    base = next((states[name] for name in row.bases if states[name]["status"] == "measured"), None)
    return {"name": row.name, "title": row.title, "unit": row.unit, "remark": row.remark, "base": base and base["name"],
            "contenders": list(states.values()), "ratios": leads(base, states, row.higher_is_better) if base else []}


def leads(base, states, higher_is_better):
    """How far the base is ahead of each other contender, paired by round."""
    found = []
    for state in states.values():
        if state is base or state["status"] != "measured":
            continue
        pairs = [ours / theirs if higher_is_better else theirs / ours for ours, theirs in zip(base["values"], state["values"])]
        low, high = interval(pairs) or (None, None)
        found.append({"base": base["name"], "other": state["name"], "pairs": pairs, "median": statistics.median(pairs), "low": low, "high": high})
    return found


# ---- as a table

def figure(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def lead_text(lead):
    return figure(lead["median"]) + (f" ({figure(lead['low'])} to {figure(lead['high'])})" if lead["low"] else "")


def one_line(text):
    """As it may stand in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


NOTES = {"peak_mib": "peak {} MiB", "p50_ms": "median {} ms", "p99_ms": "p99 {} ms", "late": "{} requests timed out"}


def cells(state, unit):
    if state["status"] != "measured":
        return f"*{state['status']}: {one_line(state['why'])}*"
    notes = "; ".join(NOTES[name].format(figure(value)) for name, value in state["notes"].items())
    spread = f"{figure(min(state['values']))} to {figure(max(state['values']))}"
    return f"{figure(state['median'])} {unit} ({spread})" + (f"; {notes}" if notes else "")


def markdown(result):
    """One measured row as a table."""
    lines = [f"\n### {result['name']}: {result['title']}\n", f"| who | before we started | now, median (least to most) | lead of {result['base'] or 'nobody'} (95 %) |", "|---|---|---|---|"]
    found = {ratio["other"]: ratio for ratio in result["ratios"]}
    for state in result["contenders"]:
        lead = found.get(state["name"])
        lead = lead_text(lead) if lead else ""
        who = state["name"] + (f" ({state['remark']})" if state["remark"] else "")
        lines.append(f"| {who} | {state['was'] or '–'} | {cells(state, result['unit'])} | {lead or '–'} |")
    if result["remark"]:
        lines.append(f"\n{result['remark']}")
    return "\n".join(lines)


def overview(results):
    """All rows as one table, for docs/performance.md."""
    lines = ["| row | who | before we started | now, median | lead of the base (95 %) |", "|---|---|---|---|---|"]
    for result in results:
        found = {lead["other"]: lead for lead in result["ratios"]}
        for number, state in enumerate(result["contenders"]):
            now, lead = f"*{state['status']}*", found.get(state["name"])
            if state["status"] == "measured":
                notes = [NOTES[name].format(figure(state["notes"][name])) for name in ("p50_ms", "peak_mib") if name in state["notes"]]
                now = ", ".join([f"{figure(state['median'])} {result['unit']}", *notes])
            lead = lead_text(lead) if lead else "base" if state["name"] == result["base"] else "–"
            lines.append(f"| {'' if number else result['name']} | {state['name']} | {state['was'] or '–'} | {now} | {lead} |")
    return "\n".join(lines)
