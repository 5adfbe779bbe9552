#!/usr/bin/env python3
"""Draws how the figures of an agent go on from update to update: scripts/plot_governance.py PICTURE.svg

What is drawn are the figures that the arithmetic must give (tests/data/golden), so the picture is true as long as the
tests pass: ten incoherent updates, then good ones."""
import json
import pathlib
import sys

GOLDEN = pathlib.Path(__file__).parent.parent / "tests/data/golden/collapse_and_recovery.json"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP = 560, 150, 44, 84, 34, 54
FIGURES = (("E", "#2b6cb0"), ("I", "#2f855a"), ("S", "#b7791f"), ("V", "#805ad5"), ("coherence", "#4a5568"))
DECISIONS = {"approve": "#2f855a", "revise": "#b7791f", "reject": "#c53030"}
REVISE_FROM, REJECT_FROM = 0.25, 0.50  # core/thresholds.hpp


class Panel:
    """One frame; values from `low` to `high` over the updates."""

    def __init__(self, top, low, high, updates):
        self.top, self.low, self.high, self.updates = top, low, high, updates

    def x(self, update):
        return LEFT + (update - 1) / (self.updates - 1) * WIDTH

    def y(self, value):
        return self.top + (self.high - value) / (self.high - self.low) * HEIGHT

    def frame(self, title, marks):
        parts = [f'<text x="{LEFT}" y="{self.top - 10}" font-size="13">{title}</text>',
                 f'<rect x="{LEFT}" y="{self.top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>']
        parts += [f'<text x="{LEFT - 6}" y="{self.y(mark) + 4:.1f}" text-anchor="end">{mark:g}</text>' for mark in marks]
        return parts

    def line(self, values, colour):
        points = " ".join(f"{self.x(at + 1):.1f},{self.y(value):.1f}" for at, value in enumerate(values))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>'

    def name(self, value, text, colour):
        return f'<text x="{LEFT + WIDTH + 8}" y="{value:.1f}" fill="{colour}">{text}</text>'


def apart(places, least):
    """Heights of labels, moved so that none lies on another."""
    order = sorted(range(len(places)), key=places.__getitem__)
    for before, at in zip(order, order[1:]):
        places[at] = max(places[at], places[before] + least)
    return places


def picture(steps):
    outputs = [step["output"] for step in steps]
    above = Panel(TOP, -0.2, 1.0, len(outputs))
    parts = above.frame("State", (0, 0.5, 1))
    labels = apart([above.y(outputs[-1][name]) + 4 for name, _ in FIGURES], 13)
    for (name, colour), label in zip(FIGURES, labels):
        parts += [above.line([output[name] for output in outputs], colour), above.name(label, name, colour)]
    below = Panel(TOP + HEIGHT + GAP, 0.0, 1.0, len(outputs))
    parts += below.frame("Risk, and the decision", (0, REVISE_FROM, REJECT_FROM, 1))
    for limit in (REVISE_FROM, REJECT_FROM):
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{below.y(limit):.1f}" y2="{below.y(limit):.1f}" '
                     f'stroke="#bbb" stroke-dasharray="4"/>')
    parts.append(below.line([output["risk"] for output in outputs], "#888"))
    for at, output in enumerate(outputs):
        parts.append(f'<circle cx="{below.x(at + 1):.1f}" cy="{below.y(output["risk"]):.1f}" r="3" '
                     f'fill="{DECISIONS[output["action"]]}"/>')
    for place, (decision, colour) in enumerate(DECISIONS.items()):
        parts.append(below.name(below.y((0.12, 0.37, 0.75)[place]) + 4, decision, colour))
    bottom = below.top + HEIGHT
    for update in range(10, len(outputs) + 1, 10):
        parts.append(f'<text x="{below.x(update):.1f}" y="{bottom + 16}" text-anchor="middle">{update}</text>')
    parts.append(f'<text x="{LEFT + WIDTH / 2}" y="{bottom + 32}" text-anchor="middle">update</text>')
    width, height = LEFT + WIDTH + RIGHT, bottom + 42
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
            f'font-size="11" role="img">\n<title>Figures of an agent over {len(outputs)} updates</title>\n'
            f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    pathlib.Path(sys.argv[1]).write_text(picture(json.loads(GOLDEN.read_text())["steps"]))


if __name__ == "__main__":
    main()
