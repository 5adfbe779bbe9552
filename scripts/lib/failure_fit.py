"""Fitting and judging the model of failure. Python's standard library only."""

import math
import random

# What the model uses, in the order of core/signals.hpp; the others are measured and weigh nothing.
SIGNALS = ["said", "uneven", "read", "scattered", "failed", "steps",
           "files", "lines", "repeated", "tests_failed", "reverted"]
USED = ["said", "uneven", "read", "scattered"]
HABITS = ["said", "read", "failed", "edited", "repeated"]
L2 = 0.05
FARTHEST = 3.0  # standard deviations, as core/failure_model.cpp has it


def area_under_roc(scores, failed):
    """How often a failure is ranked above a success, ties counting half; None without both."""
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    failures = sum(failed)
    successes = len(failed) - failures
    if not failures or not successes:
        return None
    rank_sum, begin = 0.0, 0
    while begin < len(order):
        end = begin
        while end < len(order) and scores[order[end]] == scores[order[begin]]:
            end += 1
        rank_sum += sum(failed[i] for i in order[begin:end]) * (begin + end + 1) / 2
        begin = end
    return (rank_sum - failures * (failures + 1) / 2) / (failures * successes)


def calibration_error(probabilities, failed, bins=10):
    """Expected calibration error over bins of equal width."""
    sums = [[0.0, 0] for _ in range(bins)]
    for probability, outcome in zip(probabilities, failed):
        one = sums[min(bins - 1, int(probability * bins))]
        one[0] += probability
        one[1] += outcome
    return sum(abs(said - true) for said, true in sums) / len(failed)


def brier_score(probabilities, failed):
    return sum((p - y) ** 2 for p, y in zip(probabilities, failed)) / len(failed)


def mean_and_deviation(values):
    mean = sum(values) / len(values)
    return mean, max(1e-6, math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)))


def logistic(value):
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, value))))


def solve(matrix, right):
    """Gaussian elimination with pivoting."""
    rows = [row[:] + [value] for row, value in zip(matrix, right)]
    size = len(rows)
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(i + 1, size):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    solution = [0.0] * size
    for i in reversed(range(size)):
        solution[i] = (rows[i][size] - sum(rows[i][j] * solution[j] for j in range(i + 1, size))) / rows[i][i]
    return solution


def fit_logistic(rows, failed, l2):
    """Weights, the intercept last: the mean loss and l2/2 times the squared weights are least. Newton's method."""
    count, size = len(rows), len(rows[0]) + 1
    weights = [0.0] * size
    for _ in range(25):
        gradient = [l2 * w for w in weights[:-1]] + [0.0]
        hessian = [[l2 if i == j and i < size - 1 else 0.0 for j in range(size)] for i in range(size)]
        for row, outcome in zip(rows, failed):
            x = row + [1.0]
            p = logistic(sum(a * b for a, b in zip(weights, x)))
            for i in range(size):
                gradient[i] += (p - outcome) * x[i] / count
                for j in range(size):
                    hessian[i][j] += p * (1 - p) * x[i] * x[j] / count
        step = solve(hessian, gradient)
        weights = [w - s for w, s in zip(weights, step)]
        if max(map(abs, step)) < 1e-10:
            break
    return weights


class Model:
    """Trained on the signals of runs, each a mapping from name to value."""

    def __init__(self, signals, failed, used=None, l2=L2):
        self.used = USED if used is None else used
        self.scale = {name: mean_and_deviation([one[name] for one in signals]) for name in SIGNALS}
        fitted = fit_logistic([self.distances(one) for one in signals], failed, l2)
        self.weights, self.intercept = fitted[:-1], fitted[-1]

    def distances(self, signals):
        return [max(-FARTHEST, min(FARTHEST, (signals[name] - self.scale[name][0]) / self.scale[name][1]))
                for name in self.used]

    def probability(self, signals):
        return logistic(self.intercept + sum(w * x for w, x in zip(self.weights, self.distances(signals))))


def folds_of(failed, count=5, seed=0):
    """The fold of each run; every fold has its share of failures."""
    shuffled = random.Random(seed)
    folds = [0] * len(failed)
    for outcome in (0, 1):
        members = [i for i, one in enumerate(failed) if one == outcome]
        shuffled.shuffle(members)
        for position, i in enumerate(members):
            folds[i] = position % count
    return folds


def cross_validate(runs, failed, used=None, l2=L2, seed=0):
    """Probabilities of whole runs and of first halves, each from a model that has not seen the run."""
    folds = folds_of(failed, seed=seed)
    whole, half = [0.0] * len(runs), [0.0] * len(runs)
    for fold in range(5):
        known = [i for i, one in enumerate(folds) if one != fold]
        model = Model([runs[i]["signals"] for i in known], [failed[i] for i in known], used, l2)
        for i in (i for i, one in enumerate(folds) if one == fold):
            whole[i] = model.probability(runs[i]["signals"])
            half[i] = model.probability(runs[i]["half"]["signals"])
    return whole, half
