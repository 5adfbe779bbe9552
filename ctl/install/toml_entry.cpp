#include <utility>

#include "ctl/guard/json_splice.hpp"
#include "ctl/install/entry_text.hpp"
#include "ctl/install/toml_lines.hpp"

namespace governor::ctl {
namespace {

/// Where an entry stands: the statements of its table, those of tables below it included.
struct TomlPlace {
  bool is_there = false;
  std::size_t begin = 0, end = 0;
  const TomlStatement* command = nullptr;
};

struct TomlFile {
  std::vector<TomlStatement> statements;
  TomlPlace place;
};

bool begins_with(const std::vector<std::string>& key, std::string_view table, std::string_view name) {
  return key.size() >= 2 && key[0] == table && key[1] == name;
}

ipc::Result<TomlFile> read_file(std::string_view text, std::string_view table, std::string_view name) {
  auto read = read_toml(text);
  if (const auto* fault = std::get_if<TextFault>(&read)) return refusal_at(text, *fault);
  TomlFile file{std::get<std::vector<TomlStatement>>(std::move(read)), {}};
  std::vector<std::string> current;
  bool inside = false;
  for (const TomlStatement& statement : file.statements) {
    TomlPlace& place = file.place;
    if (statement.kind != TomlStatement::Kind::assignment) {
      current = statement.key;
      const bool was_inside = std::exchange(inside, begins_with(current, table, name));
      if (inside && place.is_there && !was_inside) {
        return refusal_at(text,
                          {statement.begin, "the table stands here a second time; put it in one place"});
      }
      if (inside && !place.is_there) {
        place.is_there = true;
        place.begin = statement.begin;
      }
    } else if (!inside) {
      std::vector<std::string> whole = current;
      whole.insert(whole.end(), statement.key.begin(), statement.key.end());
      const bool is_table_inline = current.empty() && whole.size() == 1 && whole[0] == table;
      if (begins_with(whole, table, name) || is_table_inline) {
        return refusal_at(text, {statement.begin,
                                 "the servers are written in a form that is not changed here; "
                                 "use a table [" +
                                     std::string(table) + "." + std::string(name) + "]"});
      }
    } else if (current.size() == 2 && statement.key == std::vector<std::string>{"command"}) {
      place.command = &statement;
    }
    if (inside) place.end = statement.end;
  }
  return file;
}

std::string_view piece(std::string_view text, std::size_t begin, std::size_t end) {
  return text.substr(begin, end - begin);
}

std::string entry_lines(std::string_view table, std::string_view name, std::string_view command,
                        const std::string& newline) {
  return "[" + std::string(table) + "." + std::string(name) + "]" + newline +
         "command = " + toml_string(command);
}

}  // namespace

ipc::Result<std::optional<FoundEntry>> find_toml_entry(std::string_view text, std::string_view table,
                                                       std::string_view name) {
  const auto file = read_file(text, table, name);
  if (!file) return file.error();
  const TomlPlace& place = file->place;
  if (!place.is_there) return std::optional<FoundEntry>();
  FoundEntry found{std::string(piece(text, place.begin, place.end)), {}};
  if (place.command != nullptr && place.command->is_string)
    found.command = toml_text(piece(text, place.command->value_begin, place.command->end));
  return std::optional(std::move(found));
}

ipc::Result<std::string> with_toml_entry(std::string_view text, std::string_view table, std::string_view name,
                                         std::string_view command, bool whole) {
  const auto file = read_file(text, table, name);
  if (!file) return file.error();
  const TomlPlace& place = file->place;
  const std::string newline = layout_of(text).newline;
  std::string changed(text);
  if (place.is_there && place.command != nullptr && !whole) {
    changed.replace(place.command->value_begin, place.command->end - place.command->value_begin,
                    toml_string(command));
  } else if (place.is_there) {
    changed.replace(place.begin, place.end - place.begin, entry_lines(table, name, command, newline));
  } else {
    if (!changed.empty() && !changed.ends_with('\n')) changed += newline;
    if (!changed.empty()) changed += newline;
    changed += entry_lines(table, name, command, newline) + newline;
  }
  return changed;
}

ipc::Result<std::string> without_toml_entry(std::string_view text, std::string_view table,
                                            std::string_view name) {
  const auto file = read_file(text, table, name);
  if (!file) return file.error();
  const TomlPlace& place = file->place;
  std::string changed(text);
  if (!place.is_there) return changed;
  // The rest of its last line goes with it, and the empty line before it.
  std::size_t end = changed.find('\n', place.end);
  end = end == std::string::npos ? changed.size() : end + 1;
  std::size_t begin = place.begin;
  for (const std::string_view blank : {"\r\n\r\n", "\n\n"}) {
    if (!std::string_view(changed).substr(0, begin).ends_with(blank)) continue;
    begin -= blank.size() / 2;
    break;
  }
  changed.erase(begin, end - begin);
  return changed;
}

}  // namespace governor::ctl
