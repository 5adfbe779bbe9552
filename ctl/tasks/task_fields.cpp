#include "ctl/tasks/task_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "ctl/records/json_scan.hpp"
#include "ctl/records/json_value.hpp"
#include "ctl/tasks/task_words.hpp"
#include "text/cut_text.hpp"

namespace governor::ctl {
namespace {

using Severity = Remark::Severity;

constexpr std::size_t kMaxTitleBytes = 512;
constexpr std::size_t kMaxTextBytes = 64 * 1024;
constexpr std::size_t kMaxNoteBytes = 4096;
constexpr std::size_t kMaxDependencies = 64;

const std::set<std::string_view> kKnown{
    "task_id",  "id",       "title",      "name",         "description", "task_description",
    "status",   "priority", "depends_on", "dependencies", "agent",       "assigned_to",
    "progress", "notes",    "note"};

bool is_id(std::string_view text, std::string_view more) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

/// Reads one object, remarking on what is odd.
class FieldReader {
 public:
  FieldReader(std::string_view object, const std::string& key) : object_(object), key_(key) {}

  ImportedTask read() {
    collect();
    read_id();
    read_texts();
    read_status();
    read_priority();
    read_progress();
    read_dependencies();
    read_agent();
    remark_on_the_rest();
    return std::move(task_);
  }

 private:
  void remark(Severity severity, std::string field, std::string message) {
    task_.remarks.push_back({severity, std::move(field), std::move(message)});
  }

  void collect() {
    const bool whole =
        records::for_each_member(object_, [&](std::string_view quoted, std::string_view value) {
          const auto name = records::text_in(quoted);
          if (!name) {
            remark(Severity::changed, "", "a field whose name is no text is left out");
          } else if (!fields_.emplace(*name, value).second) {
            remark(Severity::changed, *name, "stands twice; the first one counts");
          }
        });
    if (!whole) remark(Severity::refused, "", "this is no whole JSON object");
  }

  /// The first of these fields that says something. Others of them that say something else are remarked on.
  std::optional<std::string_view> find(std::initializer_list<const char*> names) {
    std::optional<std::string_view> found;
    for (const char* name : names) {
      const auto field = fields_.find(name);
      if (field == fields_.end()) continue;
      if (field->second == "null") continue;
      if (!found) {
        found = field->second;
        found_as_ = name;
      } else if (*found != field->second) {
        remark(Severity::changed, name,
               fmt::format("says {}, left out: {} counts", records::shown(field->second), found_as_));
      }
    }
    return found;
  }

  std::string find_text(std::initializer_list<const char*> names) {
    const auto piece = find(names);
    if (!piece) return {};
    auto text = records::text_in(*piece);
    if (!text) {
      remark(Severity::changed, found_as_,
             fmt::format("is {}, which is no text; left out", records::shown(*piece)));
      return {};
    }
    return *std::move(text);
  }

  std::string cut(std::string_view text, const char* field, std::size_t bytes) {
    if (text.size() > bytes) {
      remark(Severity::changed, field, fmt::format("has {} bytes; cut to {}", text.size(), bytes));
    }
    return std::string(text::cut_text(text, bytes));
  }

  void read_id() {
    task_.id = find_text({"task_id", "id"});
    if (!key_.empty() && !task_.id.empty() && task_.id != key_) {
      remark(Severity::changed, found_as_,
             fmt::format("is \"{}\", but the task stands under \"{}\"; that counts", task_.id, key_));
    }
    if (!key_.empty()) task_.id = key_;
    if (!is_id(task_.id, "._-:/")) {
      remark(Severity::refused, "task_id",
             task_.id.empty()
                 ? std::string("is missing")
                 : fmt::format("\"{}\" is no id; accepted: 1 to 128 characters of A-Z a-z 0-9 . _ - : /",
                               text::cut_text(task_.id, 80)));
    }
  }

  void read_texts() {
    const std::string description = find_text({"description", "task_description"});
    std::string title = find_text({"title", "name"});
    if (title.empty()) {
      title = description.substr(0, description.find('\n'));
      if (title.empty()) {
        title = task_.id;
        remark(Severity::note, "title", "is missing, as is a description; the id takes its place");
      } else {
        remark(Severity::note, "title", "is missing; the first line of the description takes its place");
      }
      task_.title = text::cut_text(title, kMaxTitleBytes);
    } else {
      task_.title = cut(title, "title", kMaxTitleBytes);
    }
    task_.description = cut(description, "description", kMaxTextBytes);
    read_notes();
  }

  void read_notes() {
    const auto piece = find({"notes", "note"});
    if (!piece) return;
    std::string notes;
    if (auto text = records::text_in(*piece)) {
      notes = *std::move(text);
    } else {
      bool texts = true;
      const bool list = records::for_each_element(*piece, [&](std::string_view element) {
        if (auto line = records::text_in(element)) {
          notes += (notes.empty() ? "" : "\n") + *line;
        } else {
          texts = false;
        }
      });
      if (!list || !texts) {
        remark(Severity::changed, found_as_,
               fmt::format("is {}, not a text or a list of texts; what is no text is left out",
                           records::shown(*piece)));
      }
    }
    task_.note = cut(notes, "notes", kMaxNoteBytes);
  }

  void add_note(const std::string& line) {
    task_.note = text::cut_text(task_.note.empty() ? line : line + "\n" + task_.note, kMaxNoteBytes);
  }

  void read_status() {
    const auto piece = find({"status"});
    if (!piece) {
      remark(Severity::note, "status", "is missing; taken as pending");
      return;
    }
    const auto text = records::text_in(*piece);
    const std::string_view known = text ? status_meant_by(*text) : std::string_view();
    if (known.empty()) {
      task_.status = "blocked";
      add_note(fmt::format("Imported with the status {}.", records::shown(*piece)));
      remark(Severity::changed, "status",
             fmt::format("{} is unknown; becomes blocked, so that a person looks at it",
                         records::shown(*piece)));
    } else if (known == "in_progress") {
      add_note(fmt::format("Imported with the status {}.", records::shown(*piece)));
      remark(Severity::changed, "status",
             fmt::format("{}: it is not claimed here, so it becomes pending", records::shown(*piece)));
    } else {
      task_.status = known;
      if (task_.status != *text) {
        remark(Severity::note, "status", fmt::format("{} becomes {}", records::shown(*piece), task_.status));
      }
    }
  }

  void read_priority() {
    const auto piece = find({"priority"});
    if (!piece) return;
    const auto text = records::text_in(*piece);
    const std::string_view known = text ? priority_meant_by(*text) : std::string_view();
    if (known.empty()) {
      remark(Severity::changed, "priority",
             fmt::format("{} is unknown; becomes MEDIUM", records::shown(*piece)));
      return;
    }
    task_.priority = known;
    if (task_.priority != *text) {
      remark(Severity::note, "priority",
             fmt::format("{} becomes {}", records::shown(*piece), task_.priority));
    }
  }

  void read_progress() {
    const auto piece = find({"progress"});
    if (task_.status == "done") task_.progress = 100;
    if (!piece) return;
    const auto text = records::text_in(*piece);
    const auto number = text && text->ends_with('%')
                            ? records::number_in(std::string_view(*text).substr(0, text->size() - 1))
                            : records::number_in(*piece);
    if (!number) {
      remark(Severity::changed, "progress", fmt::format("{} is no number; left out", records::shown(*piece)));
      return;
    }
    const double kept = std::clamp(std::round(*number), 0.0, 100.0);
    if (kept != *number) {
      remark(Severity::changed, "progress", fmt::format("{} becomes {}", records::shown(*piece), kept));
    }
    task_.progress = static_cast<int>(kept);
    if (task_.status == "done" && task_.progress < 100) {
      remark(Severity::note, "progress", fmt::format("is {}, although the task is done", task_.progress));
    }
  }

  void add_dependency(std::string_view piece) {
    const auto id = records::text_in(piece);
    if (!id || !is_id(*id, "._-:/")) {
      remark(Severity::changed, "depends_on",
             fmt::format("{} is no id of a task; left out", records::shown(piece)));
      return;
    }
    task_.depends_on.push_back(*id);
  }

  void read_dependencies() {
    const auto piece = find({"depends_on", "dependencies"});
    if (!piece) return;
    if (piece->starts_with('"')) {
      add_dependency(*piece);
      remark(Severity::note, found_as_, "is one text; taken as a list of one");
    } else if (!records::for_each_element(*piece, [&](std::string_view id) { add_dependency(id); })) {
      remark(Severity::changed, found_as_,
             fmt::format("is {}, which is no list; left out", records::shown(*piece)));
    }
    auto& ids = task_.depends_on;
    std::sort(ids.begin(), ids.end());
    const auto end = std::unique(ids.begin(), ids.end());
    if (end != ids.end()) remark(Severity::note, found_as_, "names a task twice");
    ids.erase(end, ids.end());
    if (ids.size() > kMaxDependencies) {
      remark(Severity::refused, found_as_,
             fmt::format("has {} tasks; accepted: at most {}", ids.size(), kMaxDependencies));
    }
  }

  void read_agent() {
    task_.agent = find_text({"agent", "assigned_to"});
    if (task_.agent.empty() || is_id(task_.agent, "._-")) return;
    remark(Severity::changed, found_as_,
           fmt::format("\"{}\" is no id of an agent; the task becomes anybody's",
                       text::cut_text(task_.agent, 80)));
    task_.agent.clear();
  }

  void remark_on_the_rest() {
    std::vector<std::string> rest;
    for (const auto& [name, value] : fields_) {
      if (!kKnown.contains(name) && !records::says_nothing(value)) rest.push_back(name);
    }
    if (rest.empty()) return;
    remark(Severity::note, "", fmt::format("not taken over: {}", fmt::join(rest, ", ")));
  }

  std::string_view object_;
  const std::string& key_;
  std::map<std::string, std::string_view> fields_;
  std::string found_as_;  ///< name of the field that was found last
  ImportedTask task_;
};

}  // namespace

std::string_view to_string(Remark::Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::changed: return "changed";
    case Severity::refused: return "refused";
  }
  return "note";
}

bool ImportedTask::importable() const {
  return std::none_of(remarks.begin(), remarks.end(),
                      [](const Remark& remark) { return remark.severity == Severity::refused; });
}

ImportedTask read_task(std::string_view object, const std::string& key) {
  return FieldReader(object, key).read();
}

bool looks_like_task(std::string_view object) {
  bool found = false;
  records::for_each_member(object, [&](std::string_view quoted, std::string_view) {
    const auto name = records::text_in(quoted);
    for (const char* own : {"task_id", "title", "description", "task_description", "status", "depends_on"}) {
      found = found || (name && *name == own);
    }
  });
  return found;
}

}  // namespace governor::ctl
