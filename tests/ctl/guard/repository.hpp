#pragma once

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>

#include "ctl/guard/program_output.hpp"
#include "ipc/environment.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl::test {

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// A git repository of the test's own, with nobody's configuration.
class Repository {
 public:
  Repository() {
    environment_.set("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin");
    environment_.set("HOME", directory_.path());
    environment_.set("GIT_CONFIG_NOSYSTEM", "1");
    for (const char* name : {"GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"}) environment_.set(name, "Test");
    for (const char* name : {"GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"})
      environment_.set(name, "test@example.invalid");
    std::filesystem::create_directory(path());
    git({"init", "-q"});
  }

  std::string path() const { return directory_.path() + "/checkout"; }
  std::string file(const std::string& name) const { return path() + '/' + name; }
  const ipc::Environment& environment() const { return environment_; }

  ProgramOutput try_git(std::initializer_list<std::string> arguments) const {
    std::vector<std::string> command{"git", "-C", path()};
    command.insert(command.end(), arguments);
    return run_program(command, environment_, ipc::Deadline::after(std::chrono::seconds(30))).value();
  }
  std::string git(std::initializer_list<std::string> arguments) const {
    const auto output = try_git(arguments);
    CAPTURE(output.err);
    REQUIRE(output.exit_code == 0);
    return output.out;
  }

 private:
  TemporaryDirectory directory_;
  ipc::Environment environment_;
};

/// Another working directory, and the one before when it ends.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::string& path) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;
  ~WorkingDirectory() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

}  // namespace governor::ctl::test
