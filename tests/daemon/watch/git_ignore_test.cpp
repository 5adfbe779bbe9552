// What git leaves out, compared with what git itself says.
#include "daemon/watch/git_ignore.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

/// A repository of its own configuration.
struct Repository {
  Repository() { git("init -q"); }

  std::string git(const std::string& arguments) const {
    const std::string command = "HOME='" + home.path() + "' XDG_CONFIG_HOME= GIT_CONFIG_NOSYSTEM=1 git -C '" +
                                root + "' " + arguments + " 2>&1";
    const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(command.c_str(), "r"), &::pclose);
    std::string text;
    for (int c = std::fgetc(output.get()); c != EOF; c = std::fgetc(output.get()))
      text += static_cast<char>(c);
    return text;
  }
  void put(const std::string& name, const std::string& content) const {
    fs::create_directories(fs::path(root + "/" + name).parent_path());
    std::ofstream(root + "/" + name) << content;
  }
  /// All files that are not git's own.
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      const std::string name = entry.path().string().substr(root.size() + 1);
      if (entry.is_regular_file() && !name.starts_with(".git/")) found.insert(name);
    }
    return found;
  }
  [[nodiscard]] std::set<std::string> left_out_by_git() const {
    std::set<std::string> found;
    const std::string list = git("-c core.quotePath=false ls-files --others --ignored --exclude-standard");
    for (std::size_t at = 0; at < list.size();) {
      const std::size_t end = list.find('\n', at);
      found.insert(list.substr(at, end - at));
      at = end + 1;
    }
    return found;
  }

  TemporaryDirectory home;
  TemporaryDirectory directory;
  std::string root = fs::canonical(directory.path()).string();
};

}  // namespace

TEST_CASE("files are left out as git leaves them out") {
  const Repository repository;
  repository.put(
      ".gitignore",
      "# a comment\n*.o\n!kept.o\n/build/\nout/\n\\#odd\n\\!odd\ntrailing   \n/a/*/z\n**/logs/*.log\n"
      "deep/**/end\nrest/**\ncase[0-9].txt\nq?.txt\nlib/\n!lib/keep.txt\r\n*.tmp\nsub/only\n[!a]x\n");
  repository.put("src/.gitignore", "!*.o\ngenerated\n/here.txt\n");
  repository.put(".git/info/exclude", "private\n");
  fs::create_directories(repository.home.path() + "/.config/git");
  std::ofstream(repository.home.path() + "/.config/git/ignore") << ".DS_Store\n*.swp\n";
  for (const char* name : {"a.o",
                           "kept.o",
                           "src/a.o",
                           "src/deep/a.o",
                           "build/x",
                           "src/build/x",
                           "out/x",
                           "src/out/x",
                           "src/out2/x",
                           "#odd",
                           "!odd",
                           "trailing",
                           "a/b/z",
                           "a/b/c/z",
                           "x/a/b/z",
                           "logs/a.log",
                           "x/y/logs/a.log",
                           "x/logs/y/a.log",
                           "deep/end",
                           "deep/x/y/end",
                           "deep/x/end.txt",
                           "rest/a",
                           "rest/b/c",
                           "restful",
                           "case1.txt",
                           "casex.txt",
                           "qa.txt",
                           "qaa.txt",
                           "lib/keep.txt",
                           "lib/x",
                           "a.tmp",
                           "src/a.tmp",
                           "sub/only",
                           "x/sub/only",
                           "bx",
                           "ax",
                           "src/generated/a",
                           "src/x/generated",
                           "src/here.txt",
                           "src/x/here.txt",
                           "private",
                           "x/private",
                           ".DS_Store",
                           "src/.a.swp",
                           "Größe.o",
                           "plain.cpp",
                           "src/plain.cpp",
                           "generated"})
    repository.put(name, "x");
  GitIgnore ignore(repository.home.path() + "/.config/git/ignore");
  std::set<std::string> left_out;
  for (const std::string& name : repository.files()) {
    if (ignore.covers(repository.root + "/" + name, GitIgnore::Kind::file)) left_out.insert(name);
  }
  const std::set<std::string> expected = repository.left_out_by_git();
  CHECK(expected.size() > 20);
  CHECK(left_out == expected);
}

TEST_CASE("a directory is left out with all that is in it") {
  const Repository repository;
  repository.put(".gitignore", "node_modules/\n!node_modules/keep\n");
  GitIgnore ignore;
  CHECK(ignore.covers(repository.root + "/a/node_modules", GitIgnore::Kind::directory));
  CHECK(ignore.covers(repository.root + "/a/node_modules/x/y", GitIgnore::Kind::directory));
  CHECK(ignore.covers(repository.root + "/node_modules/keep", GitIgnore::Kind::file));
  CHECK_FALSE(ignore.covers(repository.root, GitIgnore::Kind::directory));
  CHECK_FALSE(ignore.covers(repository.root + "/node_modules", GitIgnore::Kind::file));
}

TEST_CASE("outside of repositories nothing is left out") {
  const TemporaryDirectory directory;
  const std::string root = fs::canonical(directory.path()).string();
  std::ofstream(root + "/.gitignore") << "*\n";
  GitIgnore ignore;
  CHECK_FALSE(ignore.covers(root + "/a", GitIgnore::Kind::file));
}

TEST_CASE("what is tracked is not left out, whatever a rule says") {
  const Repository repository;
  for (const char* name : {"core.txt", "src/a/b.c", "other.txt", "src/new.c", "gone/x"})
    repository.put(name, "x");
  SECTION("as git writes its index") {
    repository.git("add core.txt src/a/b.c");
  }
  SECTION("with prefixes left out") {
    repository.git("add core.txt src/a/b.c");
    repository.git("update-index --index-version 4");
  }
  SECTION("with entries that have more flags") {
    repository.git("add core.txt");
    repository.git("add -N src/a/b.c");
  }
  repository.put(".gitignore", "*\n");
  GitIgnore ignore;
  const auto is_left_out = [&](const char* name, GitIgnore::Kind kind) {
    return ignore.covers(repository.root + '/' + name, kind);
  };
  CHECK_FALSE(is_left_out("core.txt", GitIgnore::Kind::file));
  CHECK_FALSE(is_left_out("src", GitIgnore::Kind::directory));
  CHECK_FALSE(is_left_out("src/a", GitIgnore::Kind::directory));
  CHECK_FALSE(is_left_out("src/a/b.c", GitIgnore::Kind::file));
  CHECK(is_left_out("other.txt", GitIgnore::Kind::file));
  CHECK(is_left_out("src/new.c", GitIgnore::Kind::file));
  CHECK(is_left_out("gone", GitIgnore::Kind::directory));
  CHECK(is_left_out("gone/x", GitIgnore::Kind::file));
}

TEST_CASE("an index that is none has nothing in it") {
  CHECK_FALSE(GitIndex::parse("", 20).has("a"));
  std::string index("DIRC\0\0\0\2\xff\xff\xff\xff", 12);
  CHECK_FALSE(GitIndex::parse(index, 20).has("a"));
  for (int version = 0; version < 6; ++version) {
    index[7] = static_cast<char>(version);
    CHECK_FALSE(GitIndex::parse(index + std::string(200, '\xff'), 20).has_below("a"));
  }
}
