# SPDX-License-Identifier: Apache-2.0
"""The report: one HTML file that needs nothing else, no script either; light or dark as the reader's system is."""
import math
import pathlib
import statistics

import plots_svg
import shape
import verdict
import words
from plots_svg import escape

STYLE = (pathlib.Path(__file__).parent / "report.css").read_text()


class Report:
    """What the page tells. `comparisons` may be empty: then it shows the times of one program. `sequences` are {benchmark: sequence},
    for a baseline {benchmark: (A's, B's)}; `counts` A's and B's by benchmark; `facts` [(word, text)]; `history` saved runs."""

    def __init__(self, title, facts, comparisons, sequences, unit, counts=({}, {}), history=(), warnings=()):
        self.title, self.facts, self.comparisons, self.sequences = title, facts, comparisons, sequences
        self.unit, self.counts, self.history, self.warnings = unit, counts, history, warnings
        self.by_name = {found.name: found for found in comparisons}

    def page(self):
        headline = words.summary(self.comparisons) if self.comparisons else f"{len(self.sequences)} benchmarks"
        parts = ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
                 '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
                 '<link rel="icon" href="data:,">',
                 f"<title>{escape(self.title)}: {escape(headline)}</title><style>{STYLE}</style></head><body>",
                 f'<header><p class="title">{escape(self.title)}</p><h1>{escape(headline[0].upper() + headline[1:])}</h1>', self.fact_list(), "</header><main>",
                 *(f'<p class="warning">{escape(warning)}</p>' for warning in self.warnings),
                 self.verdict_table() if self.comparisons else self.time_table(),
                 *(self.section(number, name) for number, name in enumerate(self.sequences)), self.how(), "</main></body></html>"]
        return "\n".join(parts)

    def fact_list(self):
        return "<dl>" + "".join(f"<div><dt>{escape(word)}</dt><dd>{escape(text)}</dd></div>" for word, text in self.facts if text) + "</dl>"

    def verdict_table(self):
        reach = max([math.log(1.1), *(max(abs(math.log(found.low)), abs(math.log(found.high))) for found in self.comparisons)])
        rows = []
        for found in self.comparisons:
            number = list(self.sequences).index(found.name)
            kind = found.verdict.replace(" ", "-")
            rows.append(
                f'<tr><th scope="row"><a href="#b{number}">{escape(found.name)}</a></th>'
                f'<td data-label="verdict"><span class="verdict {kind}">{found.verdict}</span></td>'
                f'<td data-label="change" class="number">{words.change(found.ratio)}</td>'
                f'<td data-label="interval and band">{plots_svg.strip(found, reach)}</td>'
                f'<td data-label="95 % interval" class="number">{words.interval(found)}</td>'
                f'<td data-label="noise band" class="number">±{(found.band - 1) * 100:.1f} %</td>'
                f'<td data-label="smallest change it sees" class="number">{(found.detectable - 1) * 100:.1f} %</td>'
                f'<td data-label="A" class="number">{words.amount(found.median_a, found.unit)}</td>'
                f'<td data-label="B" class="number">{words.amount(found.median_b, found.unit)}</td></tr>')
        heads = ["benchmark", "verdict", "time of B against A", f"±{(math.exp(reach) - 1) * 100:.0f} %", "95 % interval", "noise band",
                 "smallest change it sees", "A", "B"]
        return table_of(heads, rows)

    def time_table(self):
        rows = []
        for number, (name, sequence) in enumerate(self.sequences.items()):
            medians = sorted(statistics.median(times) for _, times in sequence)
            counts = [self.counts[0].get(name, {})]
            cells = [("median", words.amount(statistics.median(medians), self.unit)),
                     ("quartiles", f"{words.amount(shape.quantile(medians, 0.25), self.unit)} to {words.amount(shape.quantile(medians, 0.75), self.unit)}"),
                     ("processes", len(medians)), *((key, words.count_text(counts, key)) for key in ("allocations", "bytes", "instructions"))]
            rows.append(f'<tr><th scope="row"><a href="#b{number}">{escape(name)}</a></th>'
                        + "".join(f'<td data-label="{label}" class="number">{escape(text)}</td>' for label, text in cells) + "</tr>")
        return table_of(["benchmark", "median", "quartiles", "processes", "allocations", "bytes", "instructions"], rows)

    def section(self, number, name):
        found = self.by_name.get(name)
        sequence = self.sequences[name]
        if isinstance(sequence, tuple):
            sides = [("A", "side-a", flat(sequence[0])), ("B", "side-b", flat(sequence[1]))]
        else:
            sides = [(side, f"side-{side.lower()}", flat(verdict.processes_of(sequence, side))) for side in "AB"]
        sides = [side for side in sides if side[2]]
        legend = " ".join(f'<span class="key {kind}">{label}</span>' for label, kind, _ in sides)
        plots = [figure(plots_svg.density_plot(name, self.unit, sides), f"Density of all repetitions, {legend}; lines are medians")]
        if found and found.is_paired:
            ratios = [statistics.median(b) / statistics.median(a) for a, b in verdict.pairs_of(sequence)]
            plots.append(figure(plots_svg.pair_plot(found, ratios), 'Each pair: B against A; <span class="key interval">95 % interval</span> '
                                'of the median, <span class="key band">noise band</span>'))
        if entries := self.past(name):
            plots.append(figure(plots_svg.history_plot(name, self.unit, entries), "Saved runs of this machine: median and quartiles"))
        return (f'<section id="b{number}"><h2>{escape(name)}</h2>{self.notes(found) if found else ""}'
                f'<div class="plots">{"".join(plots)}</div></section>')

    def past(self, name):
        entries = []
        for run in self.history:
            if name in run["benchmarks"]:
                medians = sorted(statistics.median(times) for _, times in run["benchmarks"][name]["sequence"])
                entries.append((run["name"], *(shape.quantile(medians, q) for q in (0.25, 0.5, 0.75))))
        return entries

    def notes(self, found):
        counts = [side.get(found.name, {}) for side in self.counts]
        facts = [f"p after Holm's correction {words.p_text(found.p_adjusted)}", f"{found.pairs} pairs",
                 f"outliers of A · B (mild+severe) {words.outlier_text(found)}"]
        facts += [f"{key} {words.count_text(counts, key)}" for key in ("allocations", "bytes", "instructions") if any(key in side for side in counts)]
        warnings = "".join(f'<p class="warning">{escape(warning)}</p>' for warning in found.warnings)
        return f'<p class="notes">{escape("; ".join(facts))}</p>{warnings}'

    def how(self):
        return ('<section class="how"><h2>How to read this</h2><p>A and B ran in turns, in short processes. Change is the median of the pairs\' '
                "ratios of times, B over A: + is slower. The noise band is what pairs of a program with itself differ by in this run. "
                "<b>Slower</b> and <b>faster</b> need an interval wholly outside the band and p under 0.05 after Holm's correction over all "
                "benchmarks. <b>Within noise</b>: there is a difference, but no larger than what the machine does by itself. "
                "<b>No change</b>: none was seen; the smallest change that would have been, nine times in ten and before Holm's correction, stands "
                "beside it. "
                "Outliers are counted, never dropped. docs/benchmarks.md says why.</p></section>")


def flat(processes):
    return [value for process in processes for value in (process[1] if isinstance(process, tuple) else process)]


def figure(svg, caption):
    return f"<figure>{svg}<figcaption>{caption}</figcaption></figure>"


def table_of(heads, rows):
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
