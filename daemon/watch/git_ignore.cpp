#include "daemon/watch/git_ignore.hpp"

#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "daemon/watch/git_places.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxRules = 10'000;
constexpr std::size_t kMaxRuleBytes = 4096;

std::vector<std::string> rule_names(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

/// Whether the names fit the rule's: `**` stands for any number of names, behind the others for at least one.
bool names_fit_rule(const std::vector<std::string>& rule, const std::vector<std::string>& names) {
  std::vector<char> row(names.size() + 1, 0);
  row[names.size()] = 1;
  for (std::size_t i = rule.size(); i-- > 0;) {
    std::vector<char> next(names.size() + 1, 0);
    const bool any_depth = rule[i] == "**";
    const bool is_last = i + 1 == rule.size();
    for (std::size_t j = names.size() + 1; j-- > 0;) {
      const bool has_name = j < names.size();
      if (any_depth) {
        next[j] = (is_last ? has_name && i > 0 : row[j] != 0) || (has_name && next[j + 1] != 0) ? 1 : 0;
        if (is_last && i == 0) next[j] = 1;
      } else {
        next[j] = has_name && row[j + 1] != 0 && ::fnmatch(rule[i].c_str(), names[j].c_str(), 0) == 0 ? 1 : 0;
      }
    }
    row = std::move(next);
  }
  return row[0] != 0;
}

bool has_entry(const std::string& path) {
  struct stat status {};
  return ::lstat(text::path_bytes(path).c_str(), &status) == 0;
}

std::string directory_above(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string entry_path(const std::string& directory, std::string_view name) {
  return (directory == "/" ? "" : directory) + "/" + std::string(name);
}

}  // namespace

GitIgnore::Rule GitIgnore::parse(std::string line) {
  Rule rule;
  if (line.starts_with('!')) {
    rule.negated = true;
    line.erase(0, 1);
  }
  while (line.ends_with('/')) {
    rule.directories_only = true;
    line.pop_back();
  }
  const bool is_anchored = line.find('/') != std::string::npos;
  rule.names = rule_names(line);
  if (!is_anchored && !rule.names.empty()) rule.names.insert(rule.names.begin(), "**");
  return rule;
}

GitIgnore::Rules GitIgnore::read_rules(const std::string& file) {
  Rules rules;
  std::ifstream stream(text::path_bytes(file), std::ios::binary);
  for (std::string line; rules.size() < kMaxRules && std::getline(stream, line);) {
    if (rules.empty() && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    while (line.ends_with(' ') && !line.ends_with("\\ ")) line.pop_back();
    if (line.empty() || line.starts_with('#') || line.size() > kMaxRuleBytes) continue;
    Rule rule = parse(std::move(line));
    if (!rule.names.empty()) rules.push_back(std::move(rule));
  }
  return rules;
}

const GitIgnore::Rules& GitIgnore::rules_in(const std::string& file) {
  const auto known = rules_.find(file);
  return known != rules_.end() ? known->second : rules_.emplace(file, read_rules(file)).first->second;
}

int GitIgnore::judge(const Rules& rules, std::string_view path_below, Kind kind) {
  if (rules.empty()) return 0;
  const std::vector<std::string> names = rule_names(text::path_bytes(path_below));
  const auto rule = std::find_if(rules.rbegin(), rules.rend(), [&](const Rule& one) {
    return (kind == Kind::directory || !one.directories_only) && names_fit_rule(one.names, names);
  });
  if (rule == rules.rend()) return 0;
  return rule->negated ? -1 : 1;
}

/// The rule nearest to the file decides.
bool GitIgnore::is_left_out(const std::string& repository, const std::string& path, Kind kind) {
  for (std::string directory = directory_above(path);; directory = directory_above(directory)) {
    const std::size_t start = directory == "/" ? 1 : directory.size() + 1;
    const int verdict =
        judge(rules_in(entry_path(directory, ".gitignore")), std::string_view(path).substr(start), kind);
    if (verdict != 0) return verdict > 0;
    if (directory == repository) break;
  }
  const std::string_view name = std::string_view(path).substr(repository == "/" ? 1 : repository.size() + 1);
  int verdict = judge(rules_in(entry_path(repository, ".git/info/exclude")), name, kind);
  if (verdict == 0 && !personal_rules_.empty()) verdict = judge(rules_in(personal_rules_), name, kind);
  return verdict > 0;
}

const GitIgnore::Place& GitIgnore::place_of(const std::string& directory) {
  const auto known = places_.find(directory);
  if (known != places_.end()) return known->second;
  Place place;
  const Place above = directory == "/" ? Place{} : place_of(directory_above(directory));
  if (has_entry(entry_path(directory, ".git"))) {
    place.repository = directory;
    // A repository in a directory that another one leaves out: what the outer one's person never looks at.
    place.left_out_by = above.left_out_by;
  } else if (!above.repository.empty()) {
    place.repository = above.repository;
    place.left_out_by = above.left_out_by;
    if (place.left_out_by.empty() && is_left_out(above.repository, directory, Kind::directory))
      place.left_out_by = above.repository;
  }
  return places_.emplace(directory, std::move(place)).first->second;
}

bool GitIgnore::covers(const std::string& path, Kind kind) {
  const Place& place = place_of(kind == Kind::directory ? path : directory_above(path));
  if (!place.left_out_by.empty()) return !is_tracked(place.left_out_by, path, kind);
  if (kind == Kind::directory || place.repository.empty()) return false;
  return is_left_out(place.repository, path, kind) && !is_tracked(place.repository, path, kind);
}

bool GitIgnore::is_tracked(const std::string& repository, const std::string& path, Kind kind) {
  auto known = indexes_.find(repository);
  if (known == indexes_.end()) {
    const std::string git = git_directory(text::path_bytes(repository == "/" ? "" : repository));
    known = indexes_.emplace(repository, git.empty() ? GitIndex() : GitIndex::read(git)).first;
  }
  const std::string name = text::path_bytes(
      std::string_view(path).substr(std::min(path.size(), repository == "/" ? 1 : repository.size() + 1)));
  return kind == Kind::file ? known->second.has(name) : known->second.has_below(name);
}

std::string personal_git_rules() {
  if (const char* configured = std::getenv("XDG_CONFIG_HOME"); configured != nullptr && *configured == '/')
    return text::path_text(std::string(configured) + "/git/ignore");
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? text::path_text(std::string(home) + "/.config/git/ignore")
                                         : std::string();
}

}  // namespace governor::daemon
