#include "ctl/import/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "ctl/import/json_object.hpp"
#include "ctl/import/value_readers.hpp"
#include "ctl/records/json_scan.hpp"
#include "ctl/records/json_value.hpp"

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

/// Reads member after member; the first that is not what the old monitor wrote makes the file a broken one.
class DocumentReader {
 public:
  DocumentReader(DocumentContent& into, TimeReader& times, Notes& notes)
      : content_(into), document_(into.document), times_(times), notes_(notes) {}

  void take_object(std::string_view object) {
    auto fault = for_each_field(object, [&](const std::string& field, std::string_view piece) {
      if (content_.broken.empty()) take(field, piece);
    });
    if (fault) broken(*std::move(fault));
  }

 private:
  void take(const std::string& field, std::string_view piece) {
    if (!seen_.insert(field).second) return broken(field + " stands there twice");
    for (const FigureField& figure : kFigures) {
      if (figure.name == field) return take_figure(figure, field, piece, false);
    }
    for (const NumberColumn& column : kNumberColumns) {
      if (column.key == field) return take_numbers(column, piece);
    }
    if (field == "decision_history") return take_decisions(piece);
    if (field == "timestamp_history" || field == "timestamps") return take_timestamps(field, piece);
    if (field == "agent_id") return take_id(piece);
    if (field == "update_count" || field == "total_updates") return take_updates(field, piece);
    if (field == "void_active") return take_void(piece);
    if (field == "unitaires_state") return take_engine_state(piece);
    if (field == "unitaires_theta") return check_theta(piece);
    if (field == "attention_history") return;  // the same list as risk_history, by its older name
    if (field == "layers") return take_layers(piece);
    if (std::find(kOfTheExport.begin(), kOfTheExport.end(), field) != kOfTheExport.end()) return;
    take_other(field, piece);
  }

  void broken(std::string why) {
    if (content_.broken.empty()) content_.broken = std::move(why);
  }

  void unreadable(std::string_view field, std::string_view piece, std::string_view expected) {
    broken(fmt::format("{} is {}; accepted: {}", field, records::shown(piece), expected));
  }

  /// The engine's own copy of E, I, S and V is the one that the old monitor went on from.
  void take_figure(const FigureField& figure, const std::string& field, std::string_view piece,
                   bool of_engine) {
    const auto value = records::number_in(piece);
    if (!value || *value < figure.lowest || *value > figure.highest) {
      return unreadable(field, piece, fmt::format("a number from {} to {}", figure.lowest, figure.highest));
    }
    std::optional<double>& kept = document_.figures.*figure.value;
    const bool stays = kept && !of_engine && from_engine_.contains(figure.name);
    if (kept && *kept != *value) {
      notes_.contradiction("value_mismatch", field,
                           fmt::format("{} is {}, and {} by another name or place: {} is kept", field, *value,
                                       *kept, stays ? *kept : *value));
    }
    if (!stays) kept = *value;
    if (of_engine) from_engine_.insert(figure.name);
    content_.usable = true;
  }

  void take_numbers(const NumberColumn& column, std::string_view piece) {
    std::vector<double>& values = document_.histories.*column.values;
    take_list(column.key, piece, values, [&](std::string_view item) {
      const auto value = item == "null" ? kUnknown : records::number_in(item);
      if (value && (item == "null" || in_range(column, *value))) return *value;
      broken(fmt::format("value {} of {} is {}; accepted: {}", values.size() + 1, column.key,
                         records::shown(item), range_text(column)));
      return kUnknown;
    });
  }

  void take_decisions(std::string_view piece) {
    ColumnFaults faults("decision_history", "unknown_value");
    auto& values = document_.histories.decision;
    take_list("decision_history", piece, values, [&](std::string_view item) {
      const auto word = records::text_in(item);
      const auto decision = word ? decision_in(*word) : std::nullopt;
      if (!decision && item != "null") faults.add(values.size(), records::shown(item), kAcceptedDecisions);
      return decision.value_or(Decision::unknown);
    });
    faults.report(notes_);
  }

  void take_timestamps(const std::string& field, std::string_view piece) {
    ColumnFaults faults(field, "unreadable_time");
    auto& values = document_.histories.timestamp;
    take_list(field, piece, values, [&](std::string_view item) {
      const auto text = records::text_in(item);
      const auto time = text ? times_.read(*text) : std::nullopt;
      if (!time && item != "null") faults.add(values.size(), records::shown(item), kAcceptedTimes);
      return time.value_or(kUnknownTime);
    });
    faults.report(notes_);
  }

  template <class Value, class Read>
  void take_list(std::string_view field, std::string_view piece, std::vector<Value>& values, Read read) {
    if (piece == "null") return;
    if (!values.empty()) return broken(fmt::format("{} is there under another name as well", field));
    const bool whole = records::for_each_element(piece, [&](std::string_view item) {
      if (values.size() <= kLongestHistory) values.push_back(read(item));
    });
    if (!whole) return unreadable(field, piece, "a list");
    if (values.size() > kLongestHistory) {
      return broken(fmt::format("{} has more than {} values", field, kLongestHistory));
    }
    if (!values.empty()) content_.usable = true;
  }

  void take_id(std::string_view piece) {
    document_.agent_id = records::text_in(piece);
    if (!document_.agent_id) unreadable("agent_id", piece, "a text");
  }

  void take_updates(std::string_view field, std::string_view piece) {
    document_.figures.updates = records::count_in(piece);
    if (!document_.figures.updates) return unreadable(field, piece, "a whole number from 0");
    content_.usable = true;
  }

  void take_void(std::string_view piece) {
    document_.figures.void_active = records::flag_in(piece);
    if (!document_.figures.void_active) unreadable("void_active", piece, "true or false");
  }

  void take_engine_state(std::string_view piece) {
    auto fault = for_each_field(piece, [&](const std::string& name, std::string_view value) {
      const auto figure = std::find_if(kFigures.begin(), kFigures.end(), [&](const FigureField& one) {
        return one.name == name && one.value != &Figures::coherence;
      });
      const std::string field = "unitaires_state." + name;
      if (figure != kFigures.end()) return take_figure(*figure, field, value, true);
      notes_.note("unknown_field", field, kUnknownField);
    });
    if (fault) broken("unitaires_state: " + *fault);
  }

  /// eta1 shows in lambda1. The model of governor is the one of C1 = 1.
  void check_theta(std::string_view piece) {
    records::for_each_member(piece, [&](std::string_view key, std::string_view value) {
      if (records::text_in(key) != "C1" || records::number_in(value) == 1.0) return;
      notes_.note(
          "not_kept", "unitaires_theta.C1",
          fmt::format("C1 is {}; governor's coherence function is the one of C1 = 1", records::shown(value)));
    });
  }

  void take_layers(std::string_view piece) {
    auto fault = for_each_field(piece, [&](const std::string& layer, std::string_view value) {
      if (layer == "history") {
        seen_ = {"layers"};  // the history names the agent again
        take_object(value);
      } else if (layer == "metadata") {
        auto metadata = read_metadata(value, document_.agent_id.value_or(""), document_.file, times_, notes_);
        if (!metadata) return broken("layers.metadata: " + metadata.error().message);
        content_.metadata = *std::move(metadata);
        content_.usable = true;
      } else {
        notes_.note("unknown_field", "layers." + layer, kUnknownField);
      }
    });
    if (fault) broken("layers: " + *fault);
  }

  void take_other(const std::string& field, std::string_view piece) {
    if (records::says_nothing(piece)) return;
    const bool known = std::find(kNotKept.begin(), kNotKept.end(), field) != kNotKept.end();
    notes_.note(known ? "not_kept" : "unknown_field", field,
                known ? fmt::format("governor has no place for {}", field) : kUnknownField);
  }

  DocumentContent& content_;
  Document& document_;
  TimeReader& times_;
  Notes& notes_;
  std::set<std::string> seen_;
  std::set<std::string_view> from_engine_;  ///< figures that stand as the engine has them
};

}  // namespace

DocumentContent read_document(std::string_view text, std::string file, TimeReader& times, Notes& notes) {
  DocumentContent content;
  content.document.file = std::move(file);
  DocumentReader(content, times, notes).take_object(text);
  return content;
}

}  // namespace governor::ctl::legacy
