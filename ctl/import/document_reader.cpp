#include "ctl/import/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "ctl/import/json_scan.hpp"
#include "ctl/import/json_value.hpp"
#include "ctl/import/value_readers.hpp"

namespace governor::ctl::legacy {
namespace {

/// Later versions of the old monitor wrote these; governor's model has nothing like them.
constexpr std::array<std::string_view, 11> kNotKept{
    "regime",         "regime_history", "locked_persistence_count", "rho_history",           "CE_history",
    "current_rho",    "oi_history",     "resonance_events",         "damping_applied_count", "governor_state",
    "verdict_history"};

/// Of an export, not of an agent.
constexpr std::array<std::string_view, 3> kOfTheExport{"export_type", "exported_at", "validation"};

/// How a figure is called in state files and in exports, and which values the model can have given it.
struct FigureField {
  std::string_view name;
  std::optional<double> Figures::*value;
  double lowest;
  double highest;
};

constexpr std::array<FigureField, 10> kFigures{{
    {"E", &Figures::E, 0, 1},
    {"I", &Figures::I, 0, 1},
    {"S", &Figures::S, 0, 2},
    {"V", &Figures::V, -2, 2},
    {"coherence", &Figures::coherence, 0, 1},
    {"lambda1", &Figures::lambda1, 0, 1},
    {"lambda1_final", &Figures::lambda1, 0, 1},
    {"pi_integral", &Figures::integral, -5, 5},
    {"time", &Figures::time, 0, 1e15},
    {"total_time", &Figures::time, 0, 1e15},
}};

class DocumentReader {
 public:
  DocumentReader(DocumentContent& into, TimeReader& times, Notes& notes)
      : content_(into), document_(into.document), times_(times), notes_(notes) {}

  void take(const std::string& field, std::string_view piece) {
    if (!seen_.insert(field).second) {
      notes_.contradiction(
          "duplicate", field,
          fmt::format("{} stands there twice; the last figure and the first list count", field));
    }
    for (const FigureField& figure : kFigures) {
      if (figure.name == field) return take_figure(figure, piece);
    }
    for (const NumberColumn& column : kNumberColumns) {
      if (column.key == field) return take_numbers(column, piece);
    }
    if (field == "decision_history") return take_decisions(piece);
    if (field == "timestamp_history" || field == "timestamps") return take_timestamps(field, piece);
    if (field == "agent_id") return take_id(piece);
    if (field == "update_count" || field == "total_updates") return take_updates(field, piece);
    if (field == "void_active") return take_void(piece);
    if (field == "unitaires_state") return compare_state(piece);
    if (field == "unitaires_theta") return check_theta(piece);
    if (field == "attention_history") return;  // the same list as risk_history, by its older name
    if (field == "layers") return take_layers(piece);
    if (std::find(kOfTheExport.begin(), kOfTheExport.end(), field) != kOfTheExport.end()) return;
    take_other(field, piece);
  }

 private:
  void unreadable(std::string_view field, std::string_view piece, std::string_view expected) {
    notes_.damaged("unreadable_value", std::string(field),
                   fmt::format("{} is {}; accepted: {}", field, shown(piece), expected));
  }

  void take_figure(const FigureField& figure, std::string_view piece) {
    const auto value = number_in(piece);
    if (!value || *value < figure.lowest || *value > figure.highest) {
      unreadable(figure.name, piece, fmt::format("a number from {} to {}", figure.lowest, figure.highest));
      return;
    }
    std::optional<double>& kept = document_.figures.*figure.value;
    if (kept && from_engine_.contains(figure.name)) return compare_with_engine(figure.name, *value, *kept);
    if (kept && *kept != *value) {
      notes_.contradiction("value_mismatch", std::string(figure.name),
                           fmt::format("{} is {}, and {} by another name or place: the former is kept",
                                       figure.name, *value, *kept));
    }
    kept = *value;
    content_.usable = true;
  }

  void take_numbers(const NumberColumn& column, std::string_view piece) {
    std::vector<double>& values = document_.histories.*column.values;
    ColumnFaults faults(column.key, Severity::damaged, "unreadable_value");
    take_list(column.key, piece, values.size(), [&](std::string_view item, std::size_t index) {
      const auto value = number_in(item);
      const bool good = value && in_range(column, *value);
      if (!good) faults.add(index, shown(item), range_text(column));
      values.push_back(good ? *value : kUnknown);
    });
    faults.report(notes_);
  }

  void take_decisions(std::string_view piece) {
    ColumnFaults faults("decision_history", Severity::damaged, "unknown_value");
    take_list("decision_history", piece, document_.histories.decision.size(),
              [&](std::string_view item, std::size_t index) {
                const auto word = text_in(item);
                const auto decision = word ? decision_in(*word) : std::nullopt;
                if (!decision) faults.add(index, shown(item), "approve, revise or reject");
                document_.histories.decision.push_back(decision.value_or(Decision::unknown));
              });
    faults.report(notes_);
  }

  void take_timestamps(const std::string& field, std::string_view piece) {
    ColumnFaults faults(field, Severity::damaged, "unreadable_time");
    take_list(field, piece, document_.histories.timestamp.size(),
              [&](std::string_view item, std::size_t index) {
                const auto text = text_in(item);
                const auto time = text ? times_.read(*text) : std::nullopt;
                if (!time) faults.add(index, shown(item), std::string(kAcceptedTimes));
                document_.histories.timestamp.push_back(time.value_or(kUnknownTime));
              });
    faults.report(notes_);
  }

  template <class Take>
  void take_list(std::string_view field, std::string_view piece, std::size_t present, Take take_item) {
    if (piece == "null") return;
    if (present > 0) return unreadable(field, piece, "one list of this name");
    std::size_t index = 0;
    const bool whole = for_each_element(piece, [&](std::string_view item) {
      if (index < kLongestHistory) take_item(item, index);
      ++index;
    });
    if (!whole) unreadable(field, piece, "a list");
    if (index > kLongestHistory) {
      notes_.damaged("too_long", std::string(field),
                     fmt::format("{} has {} values; the first {} are kept", field, index, kLongestHistory));
    }
    if (index > 0) content_.usable = true;
  }

  void take_id(std::string_view piece) {
    document_.agent_id = text_in(piece);
    if (!document_.agent_id) unreadable("agent_id", piece, "a text");
  }

  void take_updates(std::string_view field, std::string_view piece) {
    document_.figures.updates = count_in(piece);
    if (!document_.figures.updates) return unreadable(field, piece, "a whole number from 0");
    content_.usable = true;
  }

  void take_void(std::string_view piece) {
    document_.figures.void_active = flag_in(piece);
    if (!document_.figures.void_active) unreadable("void_active", piece, "true or false");
  }

  /// The engine's own copy of E, I, S and V, which the old monitor reads back in preference to the others.
  void compare_state(std::string_view piece) {
    const bool whole = for_each_member(piece, [&](std::string_view key, std::string_view value) {
      const std::string name = text_in(key).value_or("");
      for (const FigureField& figure : kFigures) {
        if (figure.name != name || figure.value == &Figures::coherence) continue;
        const auto inner = number_in(value);
        std::optional<double>& outer = document_.figures.*figure.value;
        const std::string field = "unitaires_state." + name;
        if (!inner || *inner < figure.lowest || *inner > figure.highest) {
          unreadable(field, value, fmt::format("a number from {} to {}", figure.lowest, figure.highest));
          return;
        }
        if (outer) compare_with_engine(figure.name, *outer, *inner);
        outer = *inner;
        from_engine_.insert(figure.name);
        content_.usable = true;
        return;
      }
      notes_.note("unknown_field", "unitaires_state." + name, "governor does not know this field");
    });
    if (!whole) unreadable("unitaires_state", piece, "an object with E, I, S and V");
  }

  void compare_with_engine(std::string_view name, double outer, double inner) {
    if (outer == inner) return;
    const std::string field = fmt::format("unitaires_state.{}", name);
    notes_.contradiction(
        "value_mismatch", field,
        fmt::format("{} is {}, {} is {}; the old monitor goes on from the latter, and so does "
                    "governor",
                    name, outer, field, inner));
  }

  /// eta1 shows in lambda1. The model of governor is the one of C1 = 1.
  void check_theta(std::string_view piece) {
    for_each_member(piece, [&](std::string_view key, std::string_view value) {
      if (text_in(key) != "C1") return;
      const auto c1 = number_in(value);
      if (c1 == 1.0) return;
      notes_.note("not_kept", "unitaires_theta.C1",
                  fmt::format("C1 is {}; governor's coherence function is the one of C1 = 1", shown(value)));
    });
  }

  void take_layers(std::string_view piece) {
    const bool whole = for_each_member(piece, [&](std::string_view key, std::string_view value) {
      const std::string layer = text_in(key).value_or("");
      if (layer == "history") {
        const bool read = for_each_member(value, [&](std::string_view name, std::string_view inner) {
          const std::string field = text_in(name).value_or(std::string(name));
          if (field != "agent_id" && field != "layers") take(field, inner);
        });
        if (!read) unreadable("layers.history", value, "an object");
      } else if (layer == "metadata") {
        const std::string agent = document_.agent_id.value_or("");
        content_.metadata = read_metadata(value, agent, document_.file, times_, notes_);
        content_.usable = true;
      } else {
        notes_.note("unknown_field", "layers." + layer, "governor does not know this field");
      }
    });
    if (!whole) unreadable("layers", piece, "an object");
  }

  void take_other(const std::string& field, std::string_view piece) {
    if (says_nothing(piece)) return;
    const bool known = std::find(kNotKept.begin(), kNotKept.end(), field) != kNotKept.end();
    notes_.note(
        known ? "not_kept" : "unknown_field", field,
        known ? fmt::format("governor has no place for {}", field) : "governor does not know this field");
  }

  DocumentContent& content_;
  Document& document_;
  TimeReader& times_;
  Notes& notes_;
  std::set<std::string> seen_;
  std::set<std::string_view> from_engine_;  ///< figures that stand as the engine has them
};

}  // namespace

DocumentContent read_document(MemberReader& reader, std::string file, TimeReader& times, Notes& notes) {
  DocumentContent content;
  content.document.file = std::move(file);
  DocumentReader fields(content, times, notes);
  auto event = reader.next();
  std::string last;
  for (; event == MemberReader::Event::member; event = reader.next()) {
    last = reader.key();
    fields.take(last, reader.value());
  }
  if (event != MemberReader::Event::end) {
    std::string text = "the file is damaged: " + describe(event, reader);
    if (!last.empty() && event != MemberReader::Event::trailing) {
      text += fmt::format("; what stands before, up to {}, is used", last);
    }
    const bool lost = !content.usable;
    notes.add(lost ? Severity::refused : Severity::damaged, "damaged_file", "", std::move(text));
  }
  return content;
}

}  // namespace governor::ctl::legacy
