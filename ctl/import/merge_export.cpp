#include "ctl/import/merge_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "ctl/import/legacy_time.hpp"
#include "ipc/iso_time.hpp"

namespace governor::ctl::legacy {
namespace {

/// The updates of which a document has rows: from the first to the last, by number. The first may lie below 1
/// when the histories are longer than the count says.
struct Range {
  std::int64_t first;
  std::int64_t last;
};

Range range_of(const Document& document) {
  const auto last = static_cast<std::int64_t>(updates_of(document));
  return {last - static_cast<std::int64_t>(document.histories.rows()) + 1, last};
}

std::string text_of(double value) {
  return fmt::format("{}", value);
}
std::string text_of(Decision value) {
  return std::string(to_string(value));
}
std::string text_of(std::int64_t value) {
  return ipc::iso_timestamp(value);
}

bool has_value(double value) {
  return is_known(value);
}
bool has_value(Decision value) {
  return value != Decision::unknown;
}
bool has_value(std::int64_t value) {
  return value != kUnknownTime;
}

class Merge {
 public:
  Merge(Document& into, const Document& other, Notes& notes)
      : into_(into), other_(other), notes_(notes), mine_(range_of(into)), theirs_(range_of(other)) {}

  void run() {
    for (const NumberColumn& column : kNumberColumns) {
      merge(into_.histories.*column.values, other_.histories.*column.values, column.name);
    }
    merge(into_.histories.decision, other_.histories.decision, "decision");
    merge(into_.histories.timestamp, other_.histories.timestamp, "timestamp");
    report();
  }

 private:
  [[nodiscard]] std::int64_t older_rows() const {
    const bool touches = theirs_.last >= mine_.first - 1;
    return touches ? std::max<std::int64_t>(mine_.first - std::max<std::int64_t>(theirs_.first, 1), 0) : 0;
  }

  template <class Value>
  void merge(std::vector<Value>& mine, const std::vector<Value>& theirs, std::string_view name) {
    std::size_t differences = 0;
    std::string first;
    const std::int64_t begin = std::max(mine_.first, theirs_.first);
    for (std::int64_t number = begin; number <= std::min(mine_.last, theirs_.last); ++number) {
      Value& here = mine[static_cast<std::size_t>(number - mine_.first)];
      const Value& there = theirs[static_cast<std::size_t>(number - theirs_.first)];
      if (!has_value(there)) continue;
      if (!has_value(here)) {
        here = there;
        ++filled_;
      } else if (here != there && differences++ == 0) {
        first = fmt::format("update {}: {} is {} there and {} in {}", number, name, text_of(there),
                            text_of(here), into_.file);
      }
    }
    if (differences > 0) {
      std::string text = first + ": the latter is kept";
      if (differences > 1) text += fmt::format("; {} more values differ", differences - 1);
      notes_.contradiction("value_mismatch", std::string(name), std::move(text));
    }
    const auto skipped = static_cast<std::ptrdiff_t>(std::max<std::int64_t>(1 - theirs_.first, 0));
    mine.insert(mine.begin(), theirs.begin() + skipped, theirs.begin() + skipped + older_rows());
  }

  void report() {
    if (older_rows() > 0 || filled_ > 0) {
      notes_.note("completed", "",
                  fmt::format("{} older updates and {} values that {} does not have come from here",
                              older_rows(), filled_, into_.file));
    }
    if (theirs_.last > mine_.last) {
      notes_.contradiction("newer", "",
                           fmt::format("it goes up to update {}, {} up to {}: what is newer is not imported",
                                       theirs_.last, into_.file, mine_.last));
    }
    if (theirs_.last < mine_.first - 1) {
      notes_.contradiction(
          "apart", "",
          fmt::format("it ends with update {}, {} begins with {}: the updates between them are "
                      "missing, and those before are not imported",
                      theirs_.last, into_.file, mine_.first));
    }
  }

  Document& into_;
  const Document& other_;
  Notes& notes_;
  Range mine_;
  Range theirs_;
  std::size_t filled_ = 0;
};

}  // namespace

std::uint64_t updates_of(const Document& document) {
  return document.figures.updates.value_or(document.histories.rows());
}

void merge_export(Document& into, const Document& other, Notes& notes) {
  if (into.histories.rows() == 0 || other.histories.rows() == 0) return;
  Merge(into, other, notes).run();
}

}  // namespace governor::ctl::legacy
