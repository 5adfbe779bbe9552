#include "daemon/files/real_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <optional>
#include <vector>

#include "daemon/files/fold_name.hpp"
#include "daemon/files/given_path.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxNameBytes = 255;
constexpr int kMaxLinks = 40;

std::vector<std::string> names_in(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) names.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return names;
}

bool has_wildcard(std::string_view name) {
  return name.find_first_of("*?") != std::string_view::npos;
}

/// Follows a path name by name, as the kernel would, and goes on where nothing exists any more.
class PathWalk {
 public:
  PathWalk(std::string_view given, NameLookup& names) : given_(given), names_(names) {}

  std::optional<core::Error> follow(std::deque<std::string> pending) {
    folds_ = names_.folds_names("/");
    while (!pending.empty()) {
      std::string name = std::move(pending.front());
      pending.pop_front();
      if (name == ".") continue;
      if (name == "..") {
        leave();
        continue;
      }
      if (name.size() > kMaxNameBytes) {
        return refuse_path(given_, fmt::format("A name in the path has {} bytes.", name.size()),
                           "Use a shorter name.", fmt::format("names of at most {} bytes", kMaxNameBytes));
      }
      if (auto error = enter(name, pending)) return error;
      if (path_ == "/proc" || path_ == "/sys") {
        return refuse_path(given_,
                           fmt::format("The path leads to {}, where there are no files to write.", path_),
                           "Name the file itself, by its own path.");
      }
      if (path_.size() > kMaxRealPathBytes) {
        return refuse_path(given_, "The real path is too long.", "Use a shorter path.",
                           fmt::format("at most {} bytes", kMaxRealPathBytes));
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] ResolvedPath result() const {
    ResolvedPath resolved;
    resolved.path = path_.empty() ? "/" : text::path_text(path_);
    resolved.key = key_.empty() ? "/" : key_;
    resolved.exists = missing_ == 0;
    resolved.directory = resolved.exists && steps_.empty();
    if (!steps_.empty() && resolved.exists) {
      resolved.directory = steps_.back().directory;
      resolved.identity = steps_.back().identity;
    }
    return resolved;
  }
  /// Whether names below are compared folded.
  [[nodiscard]] bool folds() const { return folds_; }

 private:
  struct Step {
    std::size_t path_size = 0;  ///< before it
    std::size_t key_size = 0;
    bool folds = false;  ///< its parent directory does
    bool directory = false;
    FileIdentity identity{};
  };

  void leave() {
    if (steps_.empty()) return;
    path_.resize(steps_.back().path_size);
    key_.resize(steps_.back().key_size);
    folds_ = steps_.back().folds;
    steps_.pop_back();
    if (missing_ > 0) --missing_;
  }

  void append(const std::string& name, bool directory, const FileIdentity& identity) {
    steps_.push_back({path_.size(), key_.size(), folds_, directory, identity});
    path_ += '/';
    path_ += name;
    key_ += '/';
    const std::string text = text::path_text(name);
    key_ += folds_ ? fold_name(text) : text;
  }

  std::optional<core::Error> enter(const std::string& name, std::deque<std::string>& pending) {
    if (missing_ > 0) {
      append(name, false, {});
      ++missing_;
      return std::nullopt;
    }
    const std::string full = path_ + "/" + name;
    const NameLookup::Entry entry = names_.look(full);
    switch (entry.kind) {
      case NameLookup::Kind::missing:
        append(name, false, {});
        missing_ = 1;
        return std::nullopt;
      case NameLookup::Kind::symlink: return follow_link(full, pending);
      case NameLookup::Kind::directory:
        probe(name, entry);
        append(folds_ ? names_.spelling(path_, name) : name, true, entry.identity);
        folds_ = entry.identity.device == folding_device_ || names_.folds_names(path_);
        return std::nullopt;
      case NameLookup::Kind::file:
        if (!pending.empty()) {
          return refuse_path(
              given_, fmt::format("{} is a file, and the path goes on below it.", text::path_text(full)),
              "Name the file itself.");
        }
        probe(name, entry);
        append(folds_ ? names_.spelling(path_, name) : name, false, entry.identity);
        return std::nullopt;
      case NameLookup::Kind::other:
        return refuse_path(given_,
                           fmt::format("{} is neither a file nor a directory.", text::path_text(full)),
                           "Devices, sockets and pipes cannot be reserved or written here.");
      case NameLookup::Kind::unreadable: break;
    }
    return refuse_path(
        given_,
        fmt::format("{} cannot be examined: {}.", text::path_text(full), std::strerror(entry.failure)),
        "The daemon's user needs the right to search every directory of the path.");
  }

  std::optional<core::Error> follow_link(const std::string& link, std::deque<std::string>& pending) {
    const std::string target = names_.target(link);
    if (++links_ > kMaxLinks || target.empty()) {
      return refuse_path(given_,
                         fmt::format("Too many symbolic links, the last one at {}.", text::path_text(link)),
                         "Repair the link, or name what it should lead to.");
    }
    std::vector<std::string> names = names_in(target);
    pending.insert(pending.begin(), std::make_move_iterator(names.begin()),
                   std::make_move_iterator(names.end()));
    if (target.front() == '/') {
      while (!steps_.empty()) leave();
    }
    return std::nullopt;
  }

  /// Not every file system says that it ignores case; a name found under its other case does. That of a file
  /// with more names may be a name of its own.
  void probe(std::string_view name, const NameLookup::Entry& entry) {
    if (folds_ || (entry.kind == NameLookup::Kind::file && entry.identity.links > 1)) return;
    std::string other(name);
    for (char& c : other) {
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) c = static_cast<char>(c ^ 0x20);
    }
    if (other == name || !names_.look(path_ + "/" + other).identity.same_file(entry.identity)) return;
    folds_ = true;
    folding_device_ = entry.identity.device;
  }

  std::string_view given_;
  NameLookup& names_;
  std::string path_;
  std::string key_;
  std::vector<Step> steps_;
  std::size_t missing_ = 0;  ///< how many names at the end do not exist
  bool folds_ = false;
  std::uint64_t folding_device_ = 0;  ///< found by `probe`; 0: none
  int links_ = 0;
};

/// Whether the text can only mean a directory.
bool names_directory(std::string_view given) {
  return given.ends_with('/') || given.ends_with("/.") || given.ends_with("/..") || given == "." ||
         given == "..";
}

/// As they are written, see `text::path_text`.
std::deque<std::string> all_names(std::string_view given, std::string_view working_directory) {
  std::deque<std::string> pending;
  if (given.front() != '/') {
    for (std::string& name : names_in(working_directory)) pending.push_back(std::move(name));
  }
  for (std::string& name : names_in(given)) pending.push_back(std::move(name));
  return pending;
}

/// As the system has them.
std::deque<std::string> decoded(std::deque<std::string> names) {
  for (std::string& name : names) name = text::path_bytes(name);
  return names;
}

core::Error not_a_directory(std::string_view given, const std::string& path) {
  return refuse_path(given, fmt::format("{} is a file, and the path ends as a directory's.", path),
                     "Leave out what follows the name.");
}

/// Adds what stands behind the first wildcard. Nothing there is looked up: it is about files to come as well.
std::optional<core::Error> add_pattern(std::string_view given, const std::vector<std::string>& rest,
                                       bool folds, ResolvedPath& resolved) {
  const auto add = [](std::string& text, const std::string& name) {
    if (!text.ends_with('/')) text += '/';
    text += name;
  };
  for (const std::string& written : rest) {
    const std::string name = text::pattern_text(written);
    if (name == ".") continue;
    if (name == "..") {
      return refuse_path(given, "The pattern goes back with .. behind a wildcard.",
                         "Write the pattern without .. behind the first wildcard.");
    }
    if (name.size() > kMaxNameBytes) {
      return refuse_path(given, fmt::format("A name in the pattern has {} bytes.", name.size()),
                         "Use a shorter one.");
    }
    add(resolved.path, name);
    add(resolved.key, folds ? fold_name(name) : name);
  }
  return std::nullopt;
}

}  // namespace

core::LeasePath lease_path(const ResolvedPath& resolved) {
  core::LeasePath path;
  // A folded key has a wildcard for each letter that can be spelled in more than one way.
  path.pattern = resolved.pattern || resolved.key != resolved.path ? core::PathPattern::glob(resolved.key)
                                                                   : core::PathPattern::literal(resolved.key);
  if (resolved.path != resolved.key) path.spelled = resolved.path;
  if (!resolved.pattern && resolved.identity.links > 1) {
    path.device = resolved.identity.device;
    path.inode = resolved.identity.inode;
  }
  return path;
}

core::Result<ResolvedPath> resolve_path(std::string_view text, std::string_view working_directory,
                                        NameLookup& names) {
  const auto plain = plain_path(text, working_directory);
  if (!plain) return core::Error(plain.error());
  const std::string_view given = *plain;
  std::deque<std::string> pending = all_names(given, given.front() == '/' ? "" : working_directory);
  // A wildcard counts only in what was given: the session's directory is what it is.
  const std::size_t own = given.front() == '/' ? 0 : names_in(working_directory).size();
  const auto first_wildcard =
      std::find_if(pending.begin() + static_cast<std::ptrdiff_t>(own), pending.end(), has_wildcard);
  std::vector<std::string> rest(first_wildcard, pending.end());
  pending.erase(first_wildcard, pending.end());
  PathWalk walk(given, names);
  if (auto error = walk.follow(decoded(std::move(pending)))) return *std::move(error);
  ResolvedPath resolved = walk.result();
  if (resolved.exists && !resolved.directory && (names_directory(given) || !rest.empty())) {
    return not_a_directory(given, resolved.path);
  }
  if (rest.empty() && !resolved.exists) {
    if (auto error = refuse_decorated(text, resolved.path, names)) return *std::move(error);
  }
  if (!rest.empty()) {
    resolved.pattern = true;
    resolved.exists = false;
    resolved.directory = false;
    resolved.identity = {};
    if (names_directory(given)) rest.emplace_back("**");
  } else if (resolved.directory || names_directory(given)) {
    resolved.pattern = true;
    resolved.directory = true;
    rest.emplace_back("**");
  }
  if (auto error = add_pattern(given, rest, walk.folds(), resolved)) return *std::move(error);
  return resolved;
}

core::Result<ResolvedPath> resolve_file(std::string_view text, std::string_view working_directory,
                                        NameLookup& names) {
  const auto plain = plain_path(text, working_directory);
  if (!plain) return core::Error(plain.error());
  const std::string_view given = *plain;
  PathWalk walk(given, names);
  if (auto error = walk.follow(decoded(all_names(given, working_directory)))) return *std::move(error);
  ResolvedPath resolved = walk.result();
  if (resolved.directory) {
    return refuse_path(given, fmt::format("{} is a directory.", resolved.path), "Name a file in it.",
                       "the path of a file");
  }
  if (names_directory(given)) {
    if (resolved.exists) return not_a_directory(given, resolved.path);
    return refuse_path(given, "The path ends as a directory's.", "Name the file.", "the path of a file");
  }
  if (!resolved.exists) {
    if (auto error = refuse_decorated(text, resolved.path, names)) return *std::move(error);
  }
  return resolved;
}

}  // namespace governor::daemon
