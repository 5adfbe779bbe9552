#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/ctl/guard/repository.hpp"
#include "tests/ctl/recording_daemon.hpp"

namespace governor::ctl::test {

inline const TemporaryDirectory& without_daemon() {
  static const TemporaryDirectory directory;
  return directory;
}

inline Run install(const Repository& repository, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"install", "guards", "--project", repository.path()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_governorctl(without_daemon().path(), arguments);
}

inline std::string settings_of(const Repository& repository) {
  return repository.file(".claude/settings.local.json");
}

inline std::string hook_of(const Repository& repository, const std::string& name = "pre-commit") {
  return repository.file(".git/hooks/" + name);
}

inline void write_program(const std::string& path, const std::string& text) {
  write_file(path, text);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

/// Everything below a directory by name; what links lead to is not followed.
inline std::map<std::string, std::string> contents_of(const std::string& directory) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_symlink()) {
      contents[entry.path().string()] = "-> " + std::filesystem::read_symlink(entry.path()).string();
    } else if (!entry.is_directory()) {
      contents[entry.path().string()] = content_of(entry.path().string());
    }
  }
  return contents;
}

/// The guard of an installation is the test program; this one stands in for it.
inline void use_guard(const Repository& repository, const std::string& program) {
  const std::string path = repository.file(".git/governor/guard");
  std::string text = content_of(path);
  const auto line = text.find("\nguard=") + 1;
  text.replace(line, text.find('\n', line) - line, "guard=" + program);
  write_file(path, text);
}

}  // namespace governor::ctl::test
