"""Compares what governor made of recorded runs with how they turned out. Called by scripts/evaluate.sh."""

import argparse
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import failure_fit as fit  # noqa: E402

MEANINGS = {
    "said": "prose in all",
    "uneven": "long thoughts between short ones",
    "read": "output read",
    "scattered": "edits over many files",
    "failed": "commands that failed",
    "steps": "uses of tools",
    "files": "files changed",
    "lines": "lines changed or read",
    "repeated": "commands repeated",
    "tests_failed": "test runs that failed",
    "reverted": "own changes taken back",
}


def number(value):
    return "    -" if value is None else f"{value:5.3f}"


def print_baselines(runs, failed, rows):
    print(f"{'':44}{'whole runs':>12}{'first halves':>14}")
    for label, whole, half in rows:
        print(f"{label:44}{number(fit.area_under_roc(whole, failed)):>12}"
              f"{number(fit.area_under_roc(half, failed)):>14}")


def print_signals(runs, failed):
    """What each signal is worth alone, and what the model loses without it or wins with it."""
    whole, half = fit.cross_validate(runs, failed)
    reference = fit.area_under_roc(whole, failed), fit.area_under_roc(half, failed)
    print(f"\n{'signal':36}{'alone':>8}{'half':>8}   added over five folds (whole, half)")
    for name in fit.SIGNALS:
        used = name in fit.USED
        others = [one for one in fit.USED if one != name] if used else fit.USED + [name]
        other_whole, other_half = fit.cross_validate(runs, failed, others)
        sign = 1 if used else -1
        added = [sign * (one - fit.area_under_roc(other, failed))
                 for one, other in zip(reference, (other_whole, other_half))]
        alone = [fit.area_under_roc([run["signals"][name] for run in runs], failed),
                 fit.area_under_roc([run["half"]["signals"][name] for run in runs], failed)]
        print(f"{MEANINGS[name] + (' *' if used else ''):36}{alone[0]:8.3f}{alone[1]:8.3f}"
              f"   {added[0]:+.3f} {added[1]:+.3f}")
    print("* used by the model")


def bins_of(probabilities, failed, count=10):
    bins = [[0, 0.0, 0] for _ in range(count)]
    for probability, outcome in zip(probabilities, failed):
        one = bins[min(count - 1, int(probability * count))]
        one[0] += 1
        one[1] += probability
        one[2] += outcome
    return bins


def print_bins(probabilities, failed):
    print(f"\n{'probability':14}{'runs':>6}{'said':>8}{'failed':>8}")
    for i, (count, said, true) in enumerate(bins_of(probabilities, failed)):
        if count:
            print(f"{i / 10:.1f} to {(i + 1) / 10:.1f}    {count:6}{said / count:8.3f}{true / count:8.3f}")


def curve(scores, failed):
    """The points of the ROC curve."""
    failures, successes = sum(failed), len(failed) - sum(failed)
    points, hit, wrong = [(0.0, 0.0)], 0, 0
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    for position, i in enumerate(order):
        hit += failed[i]
        wrong += 1 - failed[i]
        if position + 1 == len(order) or scores[order[position + 1]] != scores[i]:
            points.append((wrong / successes, hit / failures))
    return points


def svg_plot(scores, probabilities, failed):
    """Two squares side by side: who is ranked above whom, and whether probabilities are what they say."""
    size, edge = 240, 46
    width, height = 2 * (size + edge) + 30, size + 2 * edge
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
             f'font-size="11">', f'<rect width="{width}" height="{height}" fill="white"/>']

    def frame(left, title, across, up):
        parts.append(f'<rect x="{left}" y="{edge}" width="{size}" height="{size}" fill="none" stroke="#888"/>')
        parts.append(f'<line x1="{left}" y1="{edge + size}" x2="{left + size}" y2="{edge}" stroke="#bbb" '
                     f'stroke-dasharray="4"/>')
        parts.append(f'<text x="{left}" y="{edge - 12}" font-size="13">{title}</text>')
        parts.append(f'<text x="{left + size / 2}" y="{edge + size + 32}" text-anchor="middle">{across}</text>')
        parts.append(f'<text transform="translate({left - 30},{edge + size / 2}) rotate(-90)" '
                     f'text-anchor="middle">{up}</text>')
        for value in (0, 0.5, 1):
            parts.append(f'<text x="{left + value * size}" y="{edge + size + 14}" text-anchor="middle">{value:g}</text>')
            parts.append(f'<text x="{left - 5}" y="{edge + (1 - value) * size + 4}" text-anchor="end">{value:g}</text>')

    def point(left, x, y):
        return f"{left + x * size:.1f},{edge + (1 - y) * size:.1f}"

    left = edge
    frame(left, "Ranking", "successes ranked as high", "failures found")
    for label, values, colour, place in scores:
        line = " ".join(point(left, x, y) for x, y in curve(values, failed))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        area = fit.area_under_roc(values, failed)
        parts.append(f'<text x="{left + size - 6}" y="{edge + size - 8 - 15 * place}" text-anchor="end" '
                     f'fill="{colour}">{label} {area:.2f}</text>')
    left = 2 * edge + size + 30
    frame(left, "Calibration of failure_probability", "said", "failed")
    for count, said, true in bins_of(probabilities, failed):
        if count:
            x, y = point(left, said / count, true / count).split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="{1.5 + math.sqrt(count):.1f}" fill="#2b6cb0" '
                         f'fill-opacity="0.6"/>')
    parts.append("</svg>\n")
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("replayed", type=pathlib.Path, help="what governorctl --json replay printed")
    parser.add_argument("--runs", help="for the heading")
    parser.add_argument("--shipped", action="store_true", help="judge by the shipped coefficients")
    parser.add_argument("--plot", type=pathlib.Path)
    arguments = parser.parse_args()

    lines = [json.loads(line) for line in arguments.replayed.read_text(encoding="utf-8").splitlines()]
    runs = [run for run in lines if run.get("failed") is not None and "signals" in run and "signals" in run["half"]]
    failed = [int(run["failed"]) for run in runs]
    if len(set(failed)) < 2:
        print("evaluate.sh: failures and successes are needed to compare them", file=sys.stderr)
        return 1
    if arguments.shipped:
        whole = [run["failure_probability"] for run in runs]
        half = [run["half"]["failure_probability"] for run in runs]
    else:
        whole, half = fit.cross_validate(runs, failed)
    risk = [run["risk_score"] for run in runs]
    said = [run["signals"]["said"] for run in runs]
    steps = [run["signals"]["steps"] for run in runs]

    how = "the shipped coefficients" if arguments.shipped else "five folds"
    print(f"{arguments.runs}: {len(runs)} runs, {sum(failed)} failed; judged by {how}\n"
          f"AUROC: 0.5 knows nothing, 1 knows all\n")
    print_baselines(runs, failed, [
        ("failure_probability", whole, half),
        ("risk_score, profile evidence", risk, [run["half"]["risk_score"] for run in runs]),
        ("plain: amount of prose alone", said, [run["half"]["signals"]["said"] for run in runs]),
        ("plain: steps alone", steps, [run["half"]["signals"]["steps"] for run in runs]),
    ])
    print_signals(runs, failed)
    print_bins(whole, failed)
    if not arguments.shipped:
        spread = [fit.area_under_roc(fit.cross_validate(runs, failed, seed=seed)[0], failed) for seed in range(1, 6)]
        print(f"\nfailure_probability over five other divisions into folds: "
              f"{min(spread):.3f} to {max(spread):.3f}")
    if arguments.plot:
        arguments.plot.write_text(svg_plot(
            [("failure_probability", whole, "#2b6cb0", 2), ("risk_score", risk, "#b7791f", 1),
             ("steps alone", steps, "#888888", 0)], whole, failed), encoding="utf-8")

    def short(value):
        return None if value is None else round(value, 4)

    print()
    print(json.dumps({
        "runs": len(runs),
        "failed": sum(failed),
        "risk_score_auroc": short(fit.area_under_roc(risk, failed)),
        "failure_probability_auroc": short(fit.area_under_roc(whole, failed)),
        "first_half_auroc": short(fit.area_under_roc(half, failed)),
        "ece": short(fit.calibration_error(whole, failed)),
        "brier": short(fit.brier_score(whole, failed)),
    }))
    return 0


if __name__ == "__main__":
    sys.exit(main())
