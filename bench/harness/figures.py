"""Ratios over rounds, held against a goal."""

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Row:
    """One line of the table. `values` holds one figure a round; `limit` None makes it information only."""

    goal: str
    subject: str
    relation: str = ""  # ">=" or "<="
    limit: float | None = None
    values: list = field(default_factory=list)
    unit: str = ""
    note: str = ""

    def target(self):
        return f"{self.relation} {self.limit:g}{self.unit}" if self.limit is not None else "-"

    def figure(self):
        if not self.values:
            return "no figure"
        spread = f" ({min(self.values):.3g}..{max(self.values):.3g})" if len(self.values) > 1 else ""
        return f"{median(self.values):.3g}{self.unit}{spread}"

    def verdict(self):
        if self.limit is None:
            return "-"
        if not self.values:
            return "FAILED"
        met = median(self.values) >= self.limit if self.relation == ">=" else median(self.values) <= self.limit
        return "met" if met else "MISSED"


def ratios(numerators, denominators, key):
    """Round by round; a round in which either side failed gives none."""
    pairs = zip(numerators, denominators)
    return [a[key] / b[key] for a, b in pairs if a.get(key) and b.get(key) and "problem" not in a | b]
