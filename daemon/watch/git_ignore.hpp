#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/watch/git_index.hpp"

namespace governor::daemon {

/// What git leaves out of a repository: .gitignore in every directory, .git/info/exclude, and the person's
/// own list, see gitignore(5). What is tracked is never left out, whatever the rules say. Remembers what it
/// has read: for one look at a project, on one thread. Blocks on the disk.
class GitIgnore {
 public:
  /// `personal_rules` is the person's list, usually ~/.config/git/ignore; empty: there is none.
  explicit GitIgnore(std::string personal_rules = {}) : personal_rules_(std::move(personal_rules)) {}

  enum class Kind { file, directory };
  /// Whether git would leave it out; a directory with something tracked in it is none. `path` is a text, see
  /// `text::path_text`; outside of repositories nothing is left out.
  bool covers(const std::string& path, Kind kind);

 private:
  struct Rule {
    std::vector<std::string> names;  ///< from the directory of its file on; a first `**` for any depth
    bool negated = false;
    bool directories_only = false;
  };
  using Rules = std::vector<Rule>;
  struct Place {
    std::string repository;   ///< its top directory; empty: none
    std::string left_out_by;  ///< the one whose rules leave it out; empty: none
  };

  const Place& place_of(const std::string& directory);
  const Rules& rules_in(const std::string& file);
  bool is_tracked(const std::string& repository, const std::string& path, Kind kind);
  bool is_left_out(const std::string& repository, const std::string& path, Kind kind);
  static Rules read_rules(const std::string& file);
  static Rule parse(std::string line);
  /// 1: left out, -1: not, 0: no rule is about it.
  static int judge(const Rules& rules, std::string_view path_below, Kind kind);

  std::string personal_rules_;
  std::map<std::string, Place> places_;
  std::map<std::string, Rules> rules_;
  std::map<std::string, GitIndex> indexes_;  ///< by the repository's top directory
};

/// Where the person's own list is, after git's defaults; empty if that cannot be told.
std::string personal_git_rules();

}  // namespace governor::daemon
