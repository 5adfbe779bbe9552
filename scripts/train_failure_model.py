#!/usr/bin/env python3
"""Makes core/failure_coefficients.hpp from recorded runs with known outcomes.

    scripts/train_failure_model.py RUNS.jsonl [--governorctl build/release/bin/governorctl]

RUNS.jsonl has a run a line, with `steps` and `failed`, as `governorctl replay` reads it; or it is what
`governorctl replay --json` has printed. Signals are always governor's own, so that the model is trained on what it
will be asked about.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts" / "lib"))

import failure_fit as fit  # noqa: E402

HEADER = """#pragma once

// Made by scripts/train_failure_model.py from {runs} runs, {failed} of them failed ({source}).
// L2 {l2}. Do not edit: train again.

#include <array>

#include "core/habits.hpp"
#include "core/signals.hpp"

namespace governor::core {{

struct SignalCoefficient {{
  double mean;
  double deviation;
  double weight;  ///< in log-odds for one standard deviation; 0: the signal tells nothing beside the others
}};

struct UsualHabit {{
  double mean;
  double deviation;
}};

inline constexpr double kFailureIntercept = {intercept};
/// In the order of Signal.
inline constexpr std::array<SignalCoefficient, kSignals> kFailureCoefficients{{{{
{signals}
}}}};
/// In the order of Habit: of single turns.
inline constexpr std::array<UsualHabit, kHabits> kUsualHabits{{{{
{habits}
}}}};

}}  // namespace governor::core
"""


def replayed(path, governorctl):
    """The runs with governor's signals."""
    with open(path, encoding="utf-8") as lines:
        first = json.loads(lines.readline())
    if "signals" in first:
        text = path.read_text(encoding="utf-8")
    else:
        text = subprocess.run([governorctl, "replay", "--json", str(path)], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
    runs = [json.loads(line) for line in text.splitlines()]
    return [run for run in runs if "signals" in run and run.get("failed") is not None]


def usual_habits(runs):
    """Mean and deviation of each habit over the turns of all runs, from those of the runs."""
    turns = sum(run["habits"]["turns"] for run in runs)
    result = []
    for i, _ in enumerate(fit.HABITS):
        mean = sum(run["habits"]["turns"] * run["habits"]["means"][i] for run in runs) / turns
        squares = sum(run["habits"]["squares"][i] +
                      run["habits"]["turns"] * (run["habits"]["means"][i] - mean) ** 2 for run in runs)
        result.append((mean, math.sqrt(squares / turns)))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("runs", type=pathlib.Path)
    parser.add_argument("--governorctl", default=str(ROOT / "build" / "release" / "bin" / "governorctl"))
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "core" / "failure_coefficients.hpp")
    parser.add_argument("--source", help="what the comment says the runs are; otherwise the file's name")
    arguments = parser.parse_args()

    runs = replayed(arguments.runs, arguments.governorctl)
    failed = [int(run["failed"]) for run in runs]
    model = fit.Model([run["signals"] for run in runs], failed)
    weights = dict(zip(model.used, model.weights))
    signals = "\n".join(f"    {{{model.scale[name][0]:.4f}, {model.scale[name][1]:.4f}, {weights.get(name, 0):.4f}}},"
                        f"  // {name}" for name in fit.SIGNALS)
    habits = "\n".join(f"    {{{mean:.4f}, {deviation:.4f}}},  // {name}"
                       for name, (mean, deviation) in zip(fit.HABITS, usual_habits(runs)))
    arguments.output.write_text(HEADER.format(
        runs=len(runs), failed=sum(failed), source=arguments.source or arguments.runs.name, l2=fit.L2,
        intercept=f"{model.intercept:.4f}", signals=signals, habits=habits), encoding="utf-8")
    print(f"{arguments.output}: {len(runs)} runs, {sum(failed)} failed")


if __name__ == "__main__":
    main()
