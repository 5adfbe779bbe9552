#include "ctl/import/metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "ctl/import/json_object.hpp"
#include "ctl/import/value_readers.hpp"
#include "ctl/records/json_scan.hpp"
#include "ctl/records/json_value.hpp"
#include "text/cut_text.hpp"

namespace governor::ctl::legacy {
namespace {

constexpr std::array<std::string_view, 4> kAgentStatuses{"active", "paused", "archived", "deleted"};

/// Fields of the old monitor that governor has no place for: what its loop detection, its sessions and its
/// dialogues had in hand.
constexpr std::array<std::string_view, 16> kMembersNotKept{"recent_update_timestamps",
                                                           "recent_decisions",
                                                           "loop_detected_at",
                                                           "loop_cooldown_until",
                                                           "recovery_attempt_at",
                                                           "last_response_at",
                                                           "response_completed",
                                                           "health_status",
                                                           "dialectic_conditions",
                                                           "session_bound_at",
                                                           "thread_id",
                                                           "node_index",
                                                           "agent_uuid",
                                                           "structured_id",
                                                           "label",
                                                           "preferences"};

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

/// Never shown, never kept.
bool is_secret(std::string_view field) {
  const std::string name = lower_case(field);
  for (const std::string_view part : {"api_key", "apikey", "token", "secret", "password", "session_key"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

/// Reads one entry field by field.
class EntryReader {
 public:
  EntryReader(Metadata& into, const std::string& agent, TimeReader& times, Notes& notes)
      : meta_(into), agent_(agent), times_(times), notes_(notes) {}

  void take(const std::string& field, std::string_view piece) {
    if (!seen_.insert(field).second) return broken(field + " stands there twice");
    if (field == "agent_id") return check_id(piece);
    if (field == "status") return take_status(piece);
    if (field == "created_at") return take_time(field, piece, meta_.created_us);
    if (field == "last_update") return take_time(field, piece, meta_.last_update_us);
    if (field == "paused_at") return take_time(field, piece, meta_.paused_us);
    if (field == "archived_at") return take_time(field, piece, meta_.archived_us);
    if (field == "total_updates") return take_count(field, piece);
    if (field == "version") return take_text(field, piece, meta_.version, kLongestText);
    if (field == "spawn_reason") return take_text(field, piece, meta_.spawn_reason, kLongestText);
    if (field == "purpose") return take_text(field, piece, meta_.purpose, kLongestText);
    if (field == "notes") return take_text(field, piece, meta_.notes, kLongestNotes);
    if (field == "parent_agent_id") return take_parent(piece);
    if (field == "tags") return take_tags(piece);
    if (field == "lifecycle_events") return take_events(piece);
    take_other(field, piece);
  }

  /// The first thing that is not as the old monitor wrote it; empty for a sound entry.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  void broken(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
  }

  void unreadable(const std::string& field, std::string_view piece, std::string_view expected) {
    broken(fmt::format("{} is {}; accepted: {}", field, records::shown(piece), expected));
  }

  void check_id(std::string_view piece) {
    const auto id = records::text_in(piece);
    if (id == agent_) return;
    notes_.contradiction("id_mismatch", "agent_id",
                         fmt::format("the entry of \"{}\" says agent_id {}; its place in the file counts",
                                     agent_, records::shown(piece)));
  }

  void take_status(std::string_view piece) {
    const auto status = records::text_in(piece);
    if (status && contains(kAgentStatuses, *status)) {
      meta_.status = *status;
    } else {
      notes_.damaged("unknown_value", "status",
                     fmt::format("status is {}; governor has active, paused, archived and deleted: the agent "
                                 "becomes active",
                                 records::shown(piece)));
    }
  }

  void take_time(const std::string& field, std::string_view piece, std::optional<std::int64_t>& into) {
    if (records::says_nothing(piece)) return;
    const auto text = records::text_in(piece);
    into = text ? times_.read(*text) : std::nullopt;
    if (into) return;
    notes_.damaged("unreadable_time", field,
                   fmt::format("{} is {}; accepted: {}", field, records::shown(piece), kAcceptedTimes));
  }

  void take_count(const std::string& field, std::string_view piece) {
    if (piece == "null") return;
    meta_.total_updates = records::count_in(piece);
    if (!meta_.total_updates) unreadable(field, piece, "a whole number from 0");
  }

  void take_text(const std::string& field, std::string_view piece, std::string& into, std::size_t longest) {
    if (records::says_nothing(piece)) return;
    auto text = records::text_in(piece);
    if (!text) return unreadable(field, piece, "a text");
    if (text->size() > longest) {
      notes_.damaged("too_long", field,
                     fmt::format("{} has {} bytes; the first {} are kept", field, text->size(), longest));
    }
    into = text::cut_text(*text, longest);
  }

  void take_parent(std::string_view piece) {
    if (records::says_nothing(piece)) return;
    const auto id = records::text_in(piece);
    if (id && is_agent_id(*id) && *id != agent_) {
      meta_.parent_id = *id;
    } else {
      notes_.damaged(
          "unreadable_value", "parent_agent_id",
          fmt::format("parent_agent_id is {}; accepted: the id of another agent", records::shown(piece)));
    }
  }

  void take_tags(std::string_view piece) {
    if (records::says_nothing(piece)) return;
    const std::string accepted = fmt::format("at most {} texts of at most {} bytes", kMostTags, kLongestTag);
    const bool whole = records::for_each_element(piece, [&](std::string_view item) {
      auto tag = records::text_in(item);
      if (!tag || tag->size() > kLongestTag) return unreadable("tags", item, accepted);
      meta_.tags.push_back(*std::move(tag));
    });
    if (!whole || meta_.tags.size() > kMostTags) unreadable("tags", piece, accepted);
  }

  void take_events(std::string_view piece) {
    if (records::says_nothing(piece)) return;
    const bool whole = records::for_each_element(
        piece, [&](std::string_view item) { meta_.events.push_back(event_in(item)); });
    if (!whole || meta_.events.size() > kMostEvents) {
      unreadable("lifecycle_events", piece, fmt::format("a list of at most {} events", kMostEvents));
    }
  }

  LifecycleEvent event_in(std::string_view piece) {
    LifecycleEvent event;
    const auto fault = for_each_field(piece, [&](const std::string& name, std::string_view value) {
      if (name == "event") {
        event.event = text::cut_text(records::text_in(value).value_or(""), kLongestTag);
      } else if (name == "reason") {
        take_text("lifecycle_events.reason", value, event.reason, kLongestText);
      } else if (name == "timestamp") {
        take_time("lifecycle_events.timestamp", value, event.timestamp_us);
      } else if (!records::says_nothing(value)) {
        notes_.note("unknown_field", "lifecycle_events." + name, kUnknownField);
      }
    });
    if (fault || event.event.empty())
      unreadable("lifecycle_events", piece, "objects with event and timestamp");
    return event;
  }

  void take_other(const std::string& field, std::string_view piece) {
    if (records::says_nothing(piece)) return;
    if (is_secret(field)) {
      notes_.note("secret_dropped", field, fmt::format("{} is a secret and is not imported", field));
    } else if (contains(kMembersNotKept, field)) {
      notes_.note("not_kept", field, fmt::format("governor has no place for {}", field));
    } else {
      notes_.note("unknown_field", field, kUnknownField);
    }
  }

  Metadata& meta_;
  const std::string& agent_;
  TimeReader& times_;
  Notes& notes_;
  std::set<std::string> seen_;
  std::string fault_;
};

/// The status against the times and events that tell of it.
void check_status(const Metadata& meta, Notes& notes) {
  const auto expect = [&](std::string_view status, const std::optional<std::int64_t>& since,
                          std::string_view field) {
    if (meta.status == status && !since) {
      notes.contradiction("status_mismatch", std::string(field),
                          fmt::format("status is {}, but {} is not set", status, field));
    }
    if (meta.status == "active" && since) {
      notes.contradiction("status_mismatch", std::string(field),
                          fmt::format("status is active, but {} is set; the status counts", field));
    }
  };
  expect("paused", meta.paused_us, "paused_at");
  expect("archived", meta.archived_us, "archived_at");
}

}  // namespace

bool is_agent_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 && id != "." && id != ".." &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

ipc::Result<Metadata> read_metadata(std::string_view entry, const std::string& agent, std::string file,
                                    TimeReader& times, Notes& notes) {
  Metadata meta;
  meta.file = std::move(file);
  EntryReader reader(meta, agent, times, notes);
  const auto fault = for_each_field(
      entry, [&](const std::string& field, std::string_view value) { reader.take(field, value); });
  if (fault || !reader.fault().empty()) {
    return ipc::Error{ipc::Errc::protocol_error, 0, fault.value_or(reader.fault())};
  }
  check_status(meta, notes);
  return meta;
}

}  // namespace governor::ctl::legacy
