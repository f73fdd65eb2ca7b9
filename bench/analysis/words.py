# SPDX-License-Identifier: Apache-2.0
"""Figures as text, the same in the terminal and in the report."""
import csv
import math

SCALES = {"ns": [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")], "s": [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]}


def scale_of(value, unit):
    """(size, name) of the unit in which a value reads well."""
    for size, name in SCALES.get(unit, []):
        if value >= size:
            return size, name
    return (SCALES[unit][-1] if unit in SCALES else (1, unit))


def figure(value, digits=3):
    """Three digits that count."""
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def amount(value, unit):
    size, name = scale_of(value, unit)
    return f"{figure(value / size)} {name}"


def change(ratio):
    """A ratio of times as a change: 1.05 is +5.0 %."""
    percent = (ratio - 1) * 100
    return f"{percent:+.1f} %" if abs(percent) < 99.95 else f"×{ratio:.2f}"


def interval(found):
    return f"{change(found.low)} to {change(found.high)}"


def p_text(p):
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def outlier_text(found):
    """Tukey's counts, mild and severe, of A and B."""
    return " · ".join(f"{mild}+{severe}" for mild, severe in (found.outliers_a, found.outliers_b))


def count_text(counts, key):
    """What A and B count, or one figure where they agree."""
    texts = []
    for value in (side.get(key) for side in counts):
        texts.append("–" if value is None else f"{round(value):,}" if value >= 100 or value == round(value) else f"{value:.1f}")
    return texts[0] if len(set(texts)) == 1 else " → ".join(texts)


def cell(text):
    """A text as it may stand in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def summary(comparisons):
    """'1 slower, 6 no change', the ones that matter first; 'nothing slower' where that is so."""
    order = ["slower", "faster", "within noise", "no change"]
    counts = {verdict: sum(found.verdict == verdict for found in comparisons) for verdict in order}
    told = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    return ", ".join(["nothing slower"] * (not counts["slower"]) + told)


def table(comparisons, counts):
    """Lines of a Markdown table. `counts` are A's and B's by benchmark."""
    lines = ["| benchmark | A | B | time of B against A | 95 % interval | noise band | smallest change it sees | p (Holm) | pairs | verdict |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for found in comparisons:
        lines.append(f"| {cell(found.name)} | {amount(found.median_a, found.unit)} | {amount(found.median_b, found.unit)} | "
                     f"{change(found.ratio)} | {interval(found)} | ±{(found.band - 1) * 100:.1f} % | {(found.detectable - 1) * 100:.1f} % | "
                     f"{p_text(found.p_adjusted)} | {found.pairs} | **{found.verdict}** |")
    lines += ["", "| benchmark | outliers of A · B (mild+severe) | allocations | bytes | instructions | warnings |", "|---|---|---|---|---|---|"]
    for found in comparisons:
        both = [side.get(found.name, {}) for side in counts]
        cells = [count_text(both, key) for key in ("allocations", "bytes", "instructions")]
        lines.append(f"| {cell(found.name)} | {outlier_text(found)} | {' | '.join(cells)} | {cell('; '.join(found.warnings)) or '–'} |")
    return lines


def write_csv(path, comparisons):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["benchmark", "unit", "median_a", "median_b", "ratio", "low", "high", "band", "detectable", "p", "p_holm",
                         "pairs", "verdict"])
        for found in comparisons:
            writer.writerow([found.name, found.unit, found.median_a, found.median_b, found.ratio, found.low, found.high, found.band,
                             found.detectable, found.p, found.p_adjusted, found.pairs, found.verdict])
