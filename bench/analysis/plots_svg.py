# SPDX-License-Identifier: Apache-2.0
"""The report's plots as inline SVG. Colours are classes of the page's style sheet, so that one drawing serves light and dark."""
import html
import math
import statistics

import shape
import words

WIDTH, HEIGHT = 420, 210
LEFT, RIGHT, TOP, BOTTOM = 54, 12, 12, 34


def escape(text):
    return html.escape(str(text), quote=True)


class Axes:
    """Maps values to the drawing's points and draws the frame."""

    def __init__(self, x_range, y_range):
        self.x_range, self.y_range = widened(*x_range), widened(*y_range)
        self.parts = []

    def x(self, value):
        low, high = self.x_range
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        low, high = self.y_range
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def add(self, text):
        self.parts.append(text)

    def line(self, x1, y1, x2, y2, kind):
        self.add(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>')

    def rectangle(self, x1, y1, x2, y2, kind):
        self.add(f'<rect x="{min(x1, x2):.1f}" y="{min(y1, y2):.1f}" width="{abs(x2 - x1):.1f}" height="{abs(y2 - y1):.1f}" class="{kind}"/>')

    def text(self, x, y, text, anchor="middle", kind="tick"):
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>')

    def dot(self, x, y, kind, title):
        self.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="{kind}"><title>{escape(title)}</title></circle>')

    def x_ticks(self, label):
        for value in ticks(*self.x_range):
            self.line(self.x(value), HEIGHT - BOTTOM, self.x(value), TOP, "grid")
            self.text(self.x(value), HEIGHT - BOTTOM + 14, tick_text(value))
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, label)

    def y_ticks(self, form):
        for value in ticks(*self.y_range, wanted=4):
            self.line(LEFT, self.y(value), WIDTH - RIGHT, self.y(value), "grid")
            self.text(LEFT - 6, self.y(value) + 4, form(value), "end")

    def svg(self, title):
        return (f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
                + "".join(self.parts) + "</svg>")


def widened(low, high):
    margin = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    return low - margin, high + margin


def ticks(low, high, wanted=5):
    """Round values within a range, 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def tick_text(value):
    return f"{value:.6g}"


def density(values, points):
    """A Gaussian kernel density at the points, its width by Silverman's rule (1986, 3.31)."""
    ordered = sorted(values)
    spread = min(statistics.pstdev(values), (shape.quantile(ordered, 0.75) - shape.quantile(ordered, 0.25)) / 1.34) \
        or statistics.pstdev(values) or abs(ordered[0]) * 0.01
    width = 0.9 * spread * len(values) ** -0.2
    scale = 1 / (len(values) * width * math.sqrt(2 * math.pi))
    return [scale * math.fsum(math.exp(-((point - value) / width) ** 2 / 2) for value in values) for point in points]


def density_plot(name, unit, sides):
    """`sides` is [(label, class, values)], all their repetitions; what lies far right is counted, not drawn."""
    merged = sorted(value for _, _, values in sides for value in values)
    size, unit_name = words.scale_of(statistics.median(merged), unit)
    low, median = merged[0], statistics.median(merged)
    high = max(min(merged[-1], median + 4 * (shape.quantile(merged, 0.9) - median)), median * 1.01)
    low -= (high - low) * 0.12  # room for the curve to fall
    points = [low + (high - low) * step / 160 for step in range(161)]
    curves = [density(values, points) for _, _, values in sides]
    axes = Axes((low / size, high / size), (0, max(max(curve) for curve in curves)))
    axes.y_range = (0, axes.y_range[1])
    axes.x_ticks(unit_name)
    for (label, kind, values), curve in zip(sides, curves):
        path = " ".join(f"{axes.x(point / size):.1f},{axes.y(height):.1f}" for point, height in zip(points, curve))
        first, last = axes.x(points[0] / size), axes.x(points[-1] / size)
        axes.add(f'<polygon points="{first:.1f},{axes.y(0):.1f} {path} {last:.1f},{axes.y(0):.1f}" class="fill {kind}"/>')
        axes.add(f'<polyline points="{path}" class="curve {kind}"/>')
        middle = axes.x(statistics.median(values) / size)
        axes.line(middle, axes.y(0), middle, TOP, f"median {kind}")
    beyond = sum(value > high for value in merged)
    if beyond:
        axes.text(WIDTH - RIGHT - 2, TOP + 10, f"{beyond} of {len(merged)} beyond →", "end", "note")
    return axes.svg(f"{name}: density of the times of {' and '.join(label for label, _, _ in sides)}")


def pair_plot(found, ratios):
    """Each pair's change in time order, the noise band, the median and its interval."""
    percents = [(ratio - 1) * 100 for ratio in ratios]
    ordered = sorted(percents)
    edges = [(found.low - 1) * 100, (found.high - 1) * 100, (found.band - 1) * 100, (1 / found.band - 1) * 100]
    spread = max(4 * (shape.quantile(ordered, 0.75) - shape.quantile(ordered, 0.25)), 1.0)
    middle = statistics.median(ordered)
    low = min([max(ordered[0], middle - spread), *edges])
    high = max([min(ordered[-1], middle + spread), *edges])
    axes = Axes((0, len(percents) + 1), (low, high))
    axes.rectangle(LEFT, axes.y(edges[2]), WIDTH - RIGHT, axes.y(edges[3]), "band")
    axes.y_ticks(lambda value: f"{value:+.3g} %" if value else "0 %")
    axes.line(LEFT, axes.y(0), WIDTH - RIGHT, axes.y(0), "zero")
    axes.rectangle(LEFT, axes.y(edges[0]), WIDTH - RIGHT, axes.y(edges[1]), "interval")
    axes.line(LEFT, axes.y(middle), WIDTH - RIGHT, axes.y(middle), "median side-b")
    for number, percent in enumerate(percents, 1):
        inside = min(max(percent, axes.y_range[0]), axes.y_range[1])
        axes.dot(axes.x(number), axes.y(inside), "pair" if inside == percent else "pair outside", f"pair {number}: {percent:+.1f} %")
    axes.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, f"{len(percents)} pairs in time order")
    return axes.svg(f"{found.name}: change of each pair")


def history_plot(name, unit, entries):
    """`entries` is [(label, lower quartile, median, upper quartile)], oldest first."""
    size, unit_name = words.scale_of(statistics.median(entry[2] for entry in entries), unit)
    axes = Axes((0, len(entries) + 1), (min(entry[1] for entry in entries) / size, max(entry[3] for entry in entries) / size))
    axes.y_ticks(tick_text)
    path = " ".join(f"{axes.x(number):.1f},{axes.y(entry[2] / size):.1f}" for number, entry in enumerate(entries, 1))
    axes.add(f'<polyline points="{path}" class="curve side-a"/>')
    for number, (label, low, middle, high) in enumerate(entries, 1):
        axes.line(axes.x(number), axes.y(low / size), axes.x(number), axes.y(high / size), "quartiles")
        axes.dot(axes.x(number), axes.y(middle / size), "pair side-a", f"{label}: {words.amount(middle, unit)}")
    axes.text(LEFT, HEIGHT - 8, entries[0][0], "start")
    if len(entries) > 1:
        axes.text(WIDTH - RIGHT, HEIGHT - 8, entries[-1][0], "end")
    axes.text(LEFT - 6, TOP + 2, unit_name, "end", "note")
    return axes.svg(f"{name}: saved runs")


def strip(found, reach):
    """The table's small picture: band, interval and median on a scale that all rows share; `reach` is a log ratio."""
    def place(ratio):
        return 60 + max(-1.0, min(1.0, math.log(ratio) / reach)) * 56

    low, high, band_low, band_high = (place(ratio) for ratio in (found.low, found.high, 1 / found.band, found.band))
    kind = found.verdict.replace(" ", "-")
    return (f'<svg viewBox="0 0 120 20" class="strip" role="img" aria-label="{escape(words.interval(found))}">'
            f'<rect x="{band_low:.1f}" y="2" width="{band_high - band_low:.1f}" height="16" class="band"/>'
            f'<line x1="60" y1="1" x2="60" y2="19" class="zero"/>'
            f'<line x1="{low:.1f}" y1="10" x2="{max(high, low + 1):.1f}" y2="10" class="whisker {kind}"/>'
            f'<circle cx="{place(found.ratio):.1f}" cy="10" r="3.5" class="mark {kind}"/></svg>')
