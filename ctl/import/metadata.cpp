#include "ctl/import/metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "ctl/import/json_scan.hpp"
#include "ctl/import/json_value.hpp"
#include "ctl/import/value_readers.hpp"

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
    if (!seen_.insert(field).second) {
      notes_.contradiction("duplicate", field,
                           fmt::format("{} stands there twice; the last one counts", field));
    }
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

 private:
  void unreadable(const std::string& field, std::string_view piece, std::string_view expected) {
    notes_.damaged("unreadable_value", field,
                   fmt::format("{} is {}; accepted: {}", field, shown(piece), expected));
  }

  void check_id(std::string_view piece) {
    const auto id = text_in(piece);
    if (id == agent_) return;
    notes_.contradiction("id_mismatch", "agent_id",
                         fmt::format("the entry of \"{}\" says agent_id {}; its place in the file counts",
                                     agent_, shown(piece)));
  }

  void take_status(std::string_view piece) {
    const auto status = text_in(piece);
    if (status && contains(kAgentStatuses, *status)) {
      meta_.status = *status;
    } else {
      notes_.damaged("unknown_value", "status",
                     fmt::format("status is {}; governor has active, paused, archived and deleted: the agent "
                                 "becomes active",
                                 shown(piece)));
    }
  }

  void take_time(const std::string& field, std::string_view piece, std::optional<std::int64_t>& into) {
    if (says_nothing(piece)) return;
    const auto text = text_in(piece);
    into = text ? times_.read(*text) : std::nullopt;
    if (!into) unreadable_time(field, piece);
  }

  void unreadable_time(const std::string& field, std::string_view piece) {
    notes_.damaged("unreadable_time", field,
                   fmt::format("{} is {}; accepted: {}", field, shown(piece), kAcceptedTimes));
  }

  void take_count(const std::string& field, std::string_view piece) {
    if (piece == "null") return;
    meta_.total_updates = count_in(piece);
    if (!meta_.total_updates) unreadable(field, piece, "a whole number from 0");
  }

  void take_text(const std::string& field, std::string_view piece, std::string& into, std::size_t longest) {
    if (says_nothing(piece)) return;
    auto text = text_in(piece);
    if (!text) return unreadable(field, piece, "a text");
    if (text->size() > longest) {
      notes_.damaged("too_long", field,
                     fmt::format("{} has {} bytes; the first {} are kept", field, text->size(), longest));
    }
    into = cut(*std::move(text), longest);
  }

  void take_parent(std::string_view piece) {
    if (says_nothing(piece)) return;
    const auto id = text_in(piece);
    if (id && is_agent_id(*id) && *id != agent_) {
      meta_.parent_id = *id;
    } else {
      unreadable("parent_agent_id", piece, "the id of another agent");
    }
  }

  void take_tags(std::string_view piece) {
    meta_.tags.clear();
    if (says_nothing(piece)) return;
    ColumnFaults faults("tags", Severity::damaged, "unreadable_value");
    std::size_t index = 0;
    const bool whole = for_each_element(piece, [&](std::string_view item) {
      auto tag = text_in(item);
      if (!tag || tag->size() > kLongestTag || meta_.tags.size() == kMostTags) {
        faults.add(index, shown(item),
                   fmt::format("at most {} texts of at most {} bytes", kMostTags, kLongestTag));
      } else {
        meta_.tags.push_back(*std::move(tag));
      }
      ++index;
    });
    if (!whole) unreadable("tags", piece, "a list of texts");
    faults.report(notes_);
  }

  void take_events(std::string_view piece) {
    meta_.events.clear();
    if (says_nothing(piece)) return;
    ColumnFaults faults("lifecycle_events", Severity::damaged, "unreadable_value");
    std::size_t index = 0;
    const bool whole = for_each_element(piece, [&](std::string_view item) {
      auto event = event_in(item);
      if (!event || meta_.events.size() == kMostEvents) {
        faults.add(index, shown(item),
                   fmt::format("at most {} objects with event and timestamp", kMostEvents));
      } else {
        meta_.events.push_back(*std::move(event));
      }
      ++index;
    });
    if (!whole) unreadable("lifecycle_events", piece, "a list of events");
    faults.report(notes_);
  }

  std::optional<LifecycleEvent> event_in(std::string_view piece) {
    LifecycleEvent event;
    const bool whole = for_each_member(piece, [&](std::string_view key, std::string_view value) {
      const std::string name = text_in(key).value_or("");
      if (name == "event") {
        event.event = cut(text_in(value).value_or(""), kLongestTag);
      } else if (name == "reason") {
        take_text("lifecycle_events.reason", value, event.reason, kLongestText);
      } else if (name == "timestamp") {
        take_time("lifecycle_events.timestamp", value, event.timestamp_us);
      } else if (!says_nothing(value)) {
        notes_.note("unknown_field", "lifecycle_events." + name, "governor does not know this field");
      }
    });
    return whole && !event.event.empty() ? std::optional(std::move(event)) : std::nullopt;
  }

  void take_other(const std::string& field, std::string_view piece) {
    if (says_nothing(piece)) return;
    if (is_secret(field)) {
      notes_.note("secret_dropped", field, fmt::format("{} is a secret and is not imported", field));
    } else if (contains(kMembersNotKept, field)) {
      notes_.note("not_kept", field, fmt::format("governor has no place for {}", field));
    } else {
      notes_.note("unknown_field", field, "governor does not know this field");
    }
  }

  Metadata& meta_;
  const std::string& agent_;
  TimeReader& times_;
  Notes& notes_;
  std::set<std::string> seen_;
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

std::string cut(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0u) == 0x80u) --longest;
  text.resize(longest);
  return text;
}

bool is_agent_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 && id != "." && id != ".." &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

Metadata read_metadata(std::string_view entry, const std::string& agent, std::string file, TimeReader& times,
                       Notes& notes) {
  Metadata meta;
  meta.file = std::move(file);
  EntryReader reader(meta, agent, times, notes);
  const bool whole = for_each_member(entry, [&](std::string_view key, std::string_view value) {
    reader.take(text_in(key).value_or(std::string(key)), value);
  });
  if (!whole) {
    notes.damaged("unreadable_value", "",
                  fmt::format("the entry is {} and cannot be read to its end", shown(entry)));
  }
  check_status(meta, notes);
  return meta;
}

}  // namespace governor::ctl::legacy
