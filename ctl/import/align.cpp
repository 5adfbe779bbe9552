#include "ctl/import/align.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "ctl/import/legacy_time.hpp"

namespace governor::ctl::legacy {
namespace {

/// A column with the figure that it leads up to.
struct Pair {
  const NumberColumn* column;
  std::optional<double> Figures::*figure;
  double start;  ///< what the model begins with; kUnknown where it begins with nothing
};

const std::array<Pair, 6> kPairs{{
    {&kNumberColumns[0], &Figures::E, 0.7},
    {&kNumberColumns[1], &Figures::I, 0.8},
    {&kNumberColumns[2], &Figures::S, 0.2},
    {&kNumberColumns[3], &Figures::V, 0.0},
    {&kNumberColumns[4], &Figures::coherence, kUnknown},
    {&kNumberColumns[6], &Figures::lambda1, 0.09},
}};

std::optional<double> figure_of(const Document& document, const NumberColumn& column) {
  for (const Pair& pair : kPairs) {
    if (pair.column == &column) return document.figures.*pair.figure;
  }
  return std::nullopt;
}

template <class Value>
void fill_up(std::vector<Value>& values, std::size_t rows, Value gap, bool at_the_end) {
  if (values.size() < rows)
    values.insert(at_the_end ? values.end() : values.begin(), rows - values.size(), gap);
}

template <class Value>
void level(std::vector<Value>& values, std::string_view key, std::size_t rows, Value gap, bool stops_early,
           ShortList shorter, Notes& notes) {
  const std::size_t count = values.size();
  const bool at_the_end = stops_early || shorter == ShortList::oldest;
  if (count == 0 && rows > 0) {
    notes.note("missing", std::string(key),
               fmt::format("{} is missing; what it said of the {} updates is unknown", key, rows));
  } else if (count < rows) {
    notes.contradiction(
        "unequal_length", std::string(key),
        fmt::format(
            "{} has {} values, the longest history {}: they are taken for the {} ones, the others are "
            "unknown",
            key, count, rows, at_the_end ? "oldest" : "newest"));
  }
  fill_up(values, rows, gap, at_the_end);
}

bool differs(double value, const std::optional<double>& figure) {
  return figure && value != *figure;
}

/// Every figure of the state that the histories show is another one there.
bool is_later_than_histories(const Document& document) {
  const Figures& figures = document.figures;
  if (figures.updates && *figures.updates <= document.histories.rows()) return false;
  std::size_t compared = 0;
  for (const Pair& pair : kPairs) {
    if (&*pair.column == &kNumberColumns[6]) continue;  // lambda1 changes with every fifth update only
    const auto& values = document.histories.*pair.column->values;
    const auto& figure = figures.*pair.figure;
    if (!figure || values.empty() || !is_known(values.back())) continue;
    if (values.back() == *figure) return false;
    ++compared;
  }
  return compared > 0;
}

bool begins_anew(const Figures& figures) {
  if (figures.updates.value_or(0) > 0) return false;
  return std::none_of(kPairs.begin(), kPairs.end(), [&](const Pair& pair) {
    return is_known(pair.start) && differs(pair.start, figures.*pair.figure);
  });
}

void append_gaps(Histories& histories) {
  const std::size_t rows = histories.rows() + 1;
  for (const NumberColumn& column : kNumberColumns) fill_up(histories.*column.values, rows, kUnknown, true);
  fill_up(histories.decision, rows, Decision::unknown, true);
  fill_up(histories.timestamp, rows, kUnknownTime, true);
}

}  // namespace

void align(Document& document, ShortList shorter, Notes& notes) {
  Histories& histories = document.histories;
  const std::size_t rows = histories.rows();
  for (const NumberColumn& column : kNumberColumns) {
    auto& values = histories.*column.values;
    const bool early = !values.empty() && differs(values.back(), figure_of(document, column));
    level(values, column.key, rows, kUnknown, early, shorter, notes);
  }
  level(histories.decision, "decision_history", rows, Decision::unknown, false, shorter, notes);
  level(histories.timestamp, "timestamp_history", rows, kUnknownTime, false, shorter, notes);
}

void settle_newest(Document& document, Notes& notes) {
  Histories& histories = document.histories;
  const std::size_t rows = histories.rows();
  const bool own_row = rows == 0 ? !begins_anew(document.figures) : is_later_than_histories(document);
  if (own_row) {
    append_gaps(histories);
    notes.contradiction(
        "state_after_histories", "",
        fmt::format("the state is of a later update than the {} that the histories hold; it gets "
                    "a row of its own",
                    rows));
  }
  if (histories.rows() == 0) return;
  for (const Pair& pair : kPairs) {
    double& newest = (histories.*pair.column->values).back();
    const std::optional<double>& figure = document.figures.*pair.figure;
    const bool known = is_known(newest);
    if (figure) {
      if (known && newest != *figure) {
        notes.contradiction("value_mismatch", std::string(pair.column->key),
                            fmt::format("{} ends with {}, {} is {}: the latter is kept", pair.column->key,
                                        newest, pair.column->name, *figure));
      }
      newest = *figure;
    } else if (!known && is_known(pair.start)) {
      newest = pair.start;
      notes.damaged(
          "assumed", std::string(pair.column->name),
          fmt::format("{} is nowhere to be found; the agent goes on from {}, where the model begins",
                      pair.column->name, pair.start));
    }
  }
}

}  // namespace governor::ctl::legacy
