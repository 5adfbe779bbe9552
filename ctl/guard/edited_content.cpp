#include "ctl/guard/edited_content.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "ctl/json_fields.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::size_t kLargestSettings = 1024 * 1024;
// With it, and no other name, git and Claude Code read their settings.
constexpr std::array<std::string_view, 7> kSettings = {
    "settings.json", "settings.local.json", "config", "config.worktree", ".gitconfig", ".git", "commondir"};

// A file that is not there holds nothing. What is no file of bytes on the disk is not read: a fifo would keep
// us waiting.
std::optional<std::string> content_of(const std::string& path) {
  std::error_code failure;
  if (std::filesystem::exists(path, failure) && !std::filesystem::is_regular_file(path, failure))
    return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string content(kLargestSettings + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return content.size() <= kLargestSettings ? std::optional(std::move(content)) : std::nullopt;
}

std::string string_in(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

bool apply_edit(std::string& content, const json::object& edit) {
  const std::string before = string_in(edit, "old_string");
  const std::string after = string_in(edit, "new_string");
  if (before.empty()) {
    content = after;  // makes the file
    return true;
  }
  std::size_t at = content.find(before);
  if (at == std::string::npos) return false;
  do {
    content.replace(at, before.size(), after);
    if (content.size() > kLargestSettings) return false;
    at = content.find(before, at + after.size());
  } while (at != std::string::npos && flag_field(edit, "replace_all"));
  return true;
}

}  // namespace

bool may_name_hooks(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::find(kSettings.begin(), kSettings.end(), name) != kSettings.end();
}

std::optional<std::string> content_after(std::string_view tool, const json::object& input,
                                         const std::string& path) {
  if (tool == "Write") {
    std::string content = string_in(input, "content");
    return content.size() <= kLargestSettings ? std::optional(std::move(content)) : std::nullopt;
  }
  auto content = content_of(path);
  if (!content || (tool != "Edit" && tool != "MultiEdit")) return std::nullopt;
  if (tool == "Edit") return apply_edit(*content, input) ? content : std::nullopt;
  for (const json::value& edit : array_field(input, "edits"))
    if (!edit.is_object() || !apply_edit(*content, edit.get_object())) return std::nullopt;
  return content;
}

}  // namespace governor::ctl
