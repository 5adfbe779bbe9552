#include "ctl/import/reconcile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "ctl/import/legacy_time.hpp"
#include "ctl/import/merge_export.hpp"
#include "ipc/iso_time.hpp"
#include "text/cut_text.hpp"
#include "text/shown_text.hpp"

namespace governor::ctl::legacy {
namespace {

constexpr double kModelStep = 0.1;

/// Ids that the daemon makes unique for each session that uses them.
constexpr std::array<std::string_view, 5> kGenericIds{"test", "demo", "default_agent", "claude_chat",
                                                      "claude_code_cli"};

class Reconciliation {
 public:
  Reconciliation(const std::string& id, AgentSources sources, ShortList shorter, Findings& findings)
      : sources_(std::move(sources)), shorter_(shorter), findings_(findings) {
    agent_.id = id;
  }

  ImportedAgent run() {
    if (auto base = take_base()) {
      settle(*base);
      for (Document& other : sources_.exports) {
        Notes notes = notes_about(other.file);
        align(other, shorter_, notes);
        merge_export(*base, other, notes);
      }
      take_governance(std::move(*base));
    } else if (sources_.metadata) {
      without_history(*sources_.metadata);
    }
    if (sources_.metadata) {
      take_metadata(*sources_.metadata);
    } else if (!sources_.metadata_file.empty()) {
      notes_about(sources_.metadata_file)
          .contradiction("no_metadata", "",
                         "the agent is not named there; it becomes active, without tags and notes");
    }
    check_created();
    if (std::find(kGenericIds.begin(), kGenericIds.end(), agent_.id) != kGenericIds.end()) {
      notes_about("").note("generic_id", "agent_id",
                           "a session that calls itself so gets an agent of its own, and does not go on with "
                           "this one");
    }
    agent_.source = describe_source();
    return std::move(agent_);
  }

 private:
  Notes notes_about(const std::string& file) { return {findings_, file, agent_.id}; }

  /// The state file, or else the export with the most updates.
  std::optional<Document> take_base() {
    auto& exports = sources_.exports;
    std::stable_sort(exports.begin(), exports.end(),
                     [](const Document& a, const Document& b) { return updates_of(a) > updates_of(b); });
    for (const Document& document : exports) files_.push_back(document.file);
    if (sources_.state) {
      files_.insert(files_.begin(), sources_.state->file);
      return std::exchange(sources_.state, std::nullopt);
    }
    if (exports.empty()) return std::nullopt;
    Document base = std::move(exports.front());
    exports.erase(exports.begin());
    return base;
  }

  void settle(Document& base) {
    Notes notes = notes_about(base.file);
    align(base, shorter_, notes);
    settle_newest(base, notes);
    settle_count(base, notes);
    settle_time(base, notes);
    check_order(base, notes);
    check_coherence(base, notes);
  }

  /// The state's own count decides at which update the controller runs next.
  void settle_count(Document& base, Notes& notes) {
    const std::uint64_t rows = base.histories.rows();
    const bool has_total = sources_.metadata && sources_.metadata->total_updates;
    const std::uint64_t total = has_total ? *sources_.metadata->total_updates : 0;
    if (!base.figures.updates) {
      base.figures.updates = std::max(rows, total);
      notes.note("derived", "update_count",
                 fmt::format("update_count is missing; taken for {}", *base.figures.updates));
    }
    const std::uint64_t updates = *base.figures.updates;
    if (updates != rows) {
      notes.contradiction("count_mismatch", "update_count",
                          fmt::format("update_count is {}, the histories hold {} updates{}: both are kept",
                                      updates, rows, updates > rows ? ", the newest" : ""));
    }
    if (has_total && total != updates) {
      notes_about(sources_.metadata->file)
          .contradiction("count_mismatch", "total_updates",
                         fmt::format("total_updates is {}, but {} counts {} updates and holds {}: {} is kept",
                                     total, base.file, updates, rows, updates));
    }
  }

  static void settle_time(Document& base, Notes& notes) {
    const double expected = kModelStep * static_cast<double>(*base.figures.updates);
    if (!base.figures.time) {
      base.figures.time = expected;
      notes.note("derived", "time", fmt::format("the model time is missing; taken for {:.6g}", expected));
    } else if (std::fabs(*base.figures.time - expected) > 1e-6 * std::max(expected, 1.0)) {
      notes.contradiction("value_mismatch", "time",
                          fmt::format("time is {}, after {} updates it should be {:.6g}: it is kept",
                                      *base.figures.time, *base.figures.updates, expected));
    }
  }

  static void check_order(const Document& base, Notes& notes) {
    std::int64_t last = kUnknownTime;
    std::size_t row = 0;
    for (const std::int64_t time : base.histories.timestamp) {
      ++row;
      if (time == kUnknownTime) continue;
      if (time < last) {
        notes.contradiction("time_order", "timestamp_history",
                            fmt::format("value {} is earlier than the one before; all are kept", row));
        return;
      }
      last = time;
    }
  }

  /// For some time the old monitor left the parameters out of the coherence.
  static void check_coherence(const Document& base, Notes& notes) {
    std::size_t compared = 0;
    for (std::size_t row = 0; row < base.histories.rows(); ++row) {
      const double v = base.histories.V[row];
      const double coherence = base.histories.coherence[row];
      if (!is_known(v) || !is_known(coherence)) continue;
      if (std::fabs(coherence - 0.5 * (1.0 + std::tanh(v))) > 1e-12) return;
      ++compared;
    }
    if (compared == 0) return;
    notes.note(
        "coherence_variant", "coherence_history",
        "it is 0.5 (1 + tanh V), which a version of the old monitor took for the coherence; it is kept, and "
        "the next update gives the coherence of governor, which is higher");
  }

  void take_governance(Document base) {
    if (sources_.metadata) settle_last_update(base, *sources_.metadata);
    agent_.rows = std::move(base.histories);
    agent_.updates = *base.figures.updates;
    agent_.time = *base.figures.time;
    agent_.integral = base.figures.integral.value_or(0);
    agent_.void_active = base.figures.void_active.value_or(false);
  }

  /// The metadata tell when the newest update was, also where the history does not.
  void settle_last_update(Document& base, const Metadata& metadata) {
    constexpr std::int64_t kSame = 1'000'000;  // it was written a moment after the update
    if (!metadata.last_update_us || base.histories.rows() == 0) return;
    std::int64_t& newest = base.histories.timestamp.back();
    Notes notes = notes_about(metadata.file);
    if (newest == kUnknownTime) {
      newest = *metadata.last_update_us;
      notes.note("derived", "last_update", "the time of the newest update is taken from last_update");
    } else if (std::llabs(newest - *metadata.last_update_us) > kSame) {
      notes.contradiction(
          "value_mismatch", "last_update",
          fmt::format("last_update is {}, the newest update was at {}: the latter is kept",
                      ipc::iso_timestamp(*metadata.last_update_us), ipc::iso_timestamp(newest)));
    }
  }

  void without_history(const Metadata& metadata) {
    if (metadata.total_updates.value_or(0) == 0) return;
    notes_about(metadata.file)
        .contradiction(
            "no_history", "total_updates",
            fmt::format("total_updates is {}, but no file holds an update of this agent: it begins "
                        "anew, without any",
                        *metadata.total_updates));
  }

  void take_metadata(const Metadata& metadata) {
    if (std::find(files_.begin(), files_.end(), metadata.file) == files_.end()) {
      files_.insert(files_.begin(), metadata.file);
    }
    agent_.status = metadata.status;
    agent_.created_us = metadata.created_us;
    agent_.purpose = metadata.purpose;
    agent_.parent_id = metadata.parent_id;
    agent_.notes = metadata.notes;
    agent_.tags = metadata.tags;
    agent_.events = metadata.events;
    if (metadata.status == "paused") agent_.status_since_us = metadata.paused_us;
    if (metadata.status == "archived") agent_.status_since_us = metadata.archived_us;
    const auto told = std::find_if(metadata.events.rbegin(), metadata.events.rend(),
                                   [&](const LifecycleEvent& e) { return e.event == metadata.status; });
    if (told == metadata.events.rend()) return;
    agent_.status_reason = told->reason;
    if (!agent_.status_since_us) agent_.status_since_us = told->timestamp_us;
  }

  void check_created() {
    const auto& times = agent_.rows.timestamp;
    const auto first =
        std::find_if(times.begin(), times.end(), [](std::int64_t time) { return time != kUnknownTime; });
    if (!agent_.created_us && first != times.end()) {
      notes_about("").note(
          "derived", "created_at",
          "when the agent was created is unknown; it counts from its first update whose time is known");
    } else if (!agent_.created_us) {
      notes_about("").note("missing", "created_at",
                           "when the agent was created is unknown; governor counts from the import");
    } else if (first != times.end() && *first < *agent_.created_us) {
      notes_about("").contradiction(
          "value_mismatch", "created_at",
          fmt::format("created_at is {}, the first update was at {}: both are kept",
                      ipc::iso_timestamp(*agent_.created_us), ipc::iso_timestamp(*first)));
    }
  }

  /// Names of files may be anything, and texts as long as the daemon takes one.
  std::string describe_source() const {
    return std::string(text::cut_text(text::utf8_text(all_sources()), kLongestText));
  }

  std::string all_sources() const {
    constexpr std::size_t kMostNamed = 4;
    std::string text = "from ";
    for (std::size_t i = 0; i < std::min(files_.size(), kMostNamed); ++i) {
      text += (i > 0 ? ", " : "") + files_[i];
    }
    if (files_.size() > kMostNamed) text += fmt::format(" and {} more", files_.size() - kMostNamed);
    if (!sources_.metadata) return text;
    const Metadata& metadata = *sources_.metadata;
    if (!metadata.version.empty()) text += "; version " + metadata.version;
    if (metadata.total_updates) text += fmt::format("; total_updates {}", *metadata.total_updates);
    if (metadata.last_update_us) text += "; last_update " + ipc::iso_timestamp(*metadata.last_update_us);
    if (!metadata.spawn_reason.empty()) text += "; spawn_reason " + metadata.spawn_reason;
    return text;
  }

  AgentSources sources_;
  ShortList shorter_;
  Findings& findings_;
  ImportedAgent agent_;
  std::vector<std::string> files_;
};

}  // namespace

ImportedAgent reconcile(const std::string& id, AgentSources sources, ShortList shorter, Findings& findings) {
  return Reconciliation(id, std::move(sources), shorter, findings).run();
}

}  // namespace governor::ctl::legacy
