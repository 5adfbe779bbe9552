// Every way we know to name a file otherwise, and what it must be taken for.
#include <sys/stat.h>

#include <filesystem>

#include "daemon/files/real_path.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::daemon::test::write_file;

namespace {

/// A project with links of all kinds in it, beside a directory that is none of its business.
class Tree {
 public:
  Tree() : root_(std::filesystem::canonical(directory_.path()).string()) {
    for (const char* name : {"project", "project/src", "project/[slug]", "project/deep", "project/deep/er",
                             "outside", "project/w*ld", "project/Ünïcode"})
      std::filesystem::create_directory(root_ + "/" + name);
    for (const char* name :
         {"project/main.cpp", "project/src/a.cpp", "project/src/b.cpp", "project/[slug]/page.tsx",
          "project/with space.txt", "project/-rf", "project/~", "project/...", "project/back\\slash",
          "outside/secret.txt", "project/caf\u00e9.txt", "project/cafe\u0301.txt"})
      write_file(root_ + "/" + name, name);
    link("main.cpp", "link.cpp");
    link(root_ + "/project/main.cpp", "absolute.cpp");
    link("second", "first");
    link("third", "second");
    link("main.cpp", "third");
    link("src", "sources");
    link("../outside", "out");
    link("../outside/new.txt", "dangling");
    link("nowhere/file", "nowhere_link");
    link(".", "here");
    link("..", "up");
    link("loop_b", "loop_a");
    link("loop_a", "loop_b");
    link("self", "self");
    link("main.cpp/", "slashed");
    link("src//./../main.cpp", "winding");
    link("bell\a", "ringing");
    ::mkfifo((root_ + "/project/pipe").c_str(), 0600);
  }

  [[nodiscard]] std::string project() const { return root_ + "/project"; }
  [[nodiscard]] const std::string& root() const { return root_; }

  /// `$` stands for the tree's root.
  [[nodiscard]] std::string fill(std::string text) const {
    for (std::size_t at = 0; (at = text.find('$', at)) != std::string::npos; at += root_.size())
      text.replace(at, 1, root_);
    return text;
  }

 private:
  void link(const std::string& target, const std::string& name) {
    std::filesystem::create_symlink(target, root_ + "/project/" + name);
  }

  TemporaryDirectory directory_;
  std::string root_;
};

constexpr std::string_view kRefused = "refused";

struct Case {
  std::string given;
  std::string expected;  ///< below `$`, the tree's root
};

}  // namespace

TEST_CASE("every name of a file resolves to the same path") {
  const Tree tree;
  const std::string long_name(300, 'x');
  std::string long_path;
  for (int i = 0; i < 1000; ++i) long_path += "/abcd";
  const Case cases[] = {
      // The plain one, and detours.
      {"main.cpp", "$/project/main.cpp"},
      {"$/project/main.cpp", "$/project/main.cpp"},
      {"./main.cpp", "$/project/main.cpp"},
      {"././/./main.cpp", "$/project/main.cpp"},
      {"$//project///main.cpp", "$/project/main.cpp"},
      {"//$/project/main.cpp", "$/project/main.cpp"},
      {"src/../main.cpp", "$/project/main.cpp"},
      {"../project/main.cpp", "$/project/main.cpp"},
      {"src/../../project/./src/../main.cpp", "$/project/main.cpp"},
      {"/../../..$/project/main.cpp", "$/project/main.cpp"},
      {"../../../../../../../../../../../../../../../../..$/project/main.cpp", "$/project/main.cpp"},
      // Symbolic links.
      {"link.cpp", "$/project/main.cpp"},
      {"absolute.cpp", "$/project/main.cpp"},
      {"first", "$/project/main.cpp"},
      {"winding", "$/project/main.cpp"},
      {"sources/a.cpp", "$/project/src/a.cpp"},
      {"sources/../main.cpp", "$/project/main.cpp"},
      {"here/here/here/main.cpp", "$/project/main.cpp"},
      {"up/project/main.cpp", "$/project/main.cpp"},
      {"out/secret.txt", "$/outside/secret.txt"},
      {"out/../project/main.cpp",
       "$/project/main.cpp"},  // .. of where the link leads, not of where it stands
      {"out/..", "$/**"},
      {"dangling", "$/outside/new.txt"},
      {"nowhere_link", "$/project/nowhere/file"},
      {"loop_a", std::string(kRefused)},
      {"self/x", std::string(kRefused)},
      {"ringing", "$/project/bell\\x07"},
      // Files that do not exist yet.
      {"new.txt", "$/project/new.txt"},
      {"src/new/deeper/x.cpp", "$/project/src/new/deeper/x.cpp"},
      {"none/../main.cpp", "$/project/main.cpp"},
      {"none/none/../../main.cpp", "$/project/main.cpp"},
      {"none/../../outside/secret.txt", "$/outside/secret.txt"},
      {"sources/new.cpp", "$/project/src/new.cpp"},
      {"out/new.txt", "$/outside/new.txt"},
      // Directories and trailing slashes.
      {"src", "$/project/src/**"},
      {"src/", "$/project/src/**"},
      {"src///", "$/project/src/**"},
      {"src/.", "$/project/src/**"},
      {"sources/", "$/project/src/**"},
      {".", "$/project/**"},
      {"..", "$/**"},
      {"later/", "$/project/later/**"},
      {"later/.", "$/project/later/**"},
      {"main.cpp/", std::string(kRefused)},
      {"main.cpp/x", std::string(kRefused)},
      {"main.cpp/.", std::string(kRefused)},
      {"main.cpp/..", std::string(kRefused)},
      {"link.cpp/", std::string(kRefused)},
      {"/", "/**"},
      // Globs.
      {"*.cpp", "$/project/*.cpp"},
      {"src/*.cpp", "$/project/src/*.cpp"},
      {"sources/*.cpp", "$/project/src/*.cpp"},
      {"src/../src/**/*.cpp", "$/project/src/**/*.cpp"},
      {"later/**", "$/project/later/**"},
      {"src/**", "$/project/src/**"},
      {"src/*/", "$/project/src/*/**"},
      {"src/./*//x?", "$/project/src/*/x?"},
      {"src/*/../../outside/x", std::string(kRefused)},
      {"main.cpp/*", std::string(kRefused)},
      {"/*", "/*"},
      {"w*ld/a.txt", "$/project/w*ld/a.txt"},
      // Names that look like something else.
      {"[slug]/page.tsx", "$/project/[slug]/page.tsx"},
      {"{a,b}.txt", "$/project/{a,b}.txt"},
      {"with space.txt", "$/project/with space.txt"},
      {" main.cpp", "$/project/ main.cpp"},
      {"-rf", "$/project/-rf"},
      {"./~", "$/project/~"},
      {"~", std::string(kRefused)},
      {"~/x", std::string(kRefused)},
      {"...", "$/project/..."},
      {"back\\slash", "$/project/back\\x5cslash"},
      {"$HOME/x", "$HOME/x"},
      {"%2e%2e/x", "$/project/%2e%2e/x"},
      {"Ünïcode/x", "$/project/Ünïcode/x"},
      {"caf\u00e9.txt", "$/project/caf\u00e9.txt"},
      {"cafe\u0301.txt", "$/project/cafe\u0301.txt"},
      // Bytes that are no text, as themselves and as governor writes them.
      {"a\nb", "$/project/a\\x0ab"},
      {"a\x7f", "$/project/a\\x7f"},
      {"a\xff", "$/project/a\\xff"},
      {"a\\xff", "$/project/a\\xff"},
      {"a\\xFF", "$/project/a\\xff"},
      {"a\xc0\xaf", "$/project/a\\xc0\\xaf"},  // no slash, though some programs took it for one
      {"a\\x2fb", std::string(kRefused)},      // nor is this; and no file is called so
      {"a\\x5cxff", "$/project/a\\x5cxff"},
      {"\\x2e\\x2e/outside/secret.txt", "$/outside/secret.txt"},
      {"\\x6dain.cpp", "$/project/main.cpp"},
      {"a\\x2ab", "$/project/a\\x2ab"},
      {"*\\xFF\\x2a.?", "$/project/*\\xff\\x2a.?"},
      // What cannot be the path of a file.
      {"", std::string(kRefused)},
      {std::string("a\0b", 3), std::string(kRefused)},
      {std::string("main.cpp\0", 9), std::string(kRefused)},
      {long_name, std::string(kRefused)},
      {long_path, std::string(kRefused)},
      {"pipe", std::string(kRefused)},
      {"/dev/null", std::string(kRefused)},
      {"/proc/self/cwd/x", std::string(kRefused)},  // of the daemon, not of whoever asks
      {"/proc/self/fd/0", std::string(kRefused)},
      {"/sys/kernel/x", std::string(kRefused)},
  };
  CHECK(std::size(cases) >= 40);
  for (const Case& one : cases) {
    CAPTURE(one.given.substr(0, 100));
    const bool is_variable = one.given == "$HOME/x";  // nobody replaces variables: a directory of that name
    const std::string given = is_variable ? one.given : tree.fill(one.given);
    const std::string expected = is_variable ? tree.project() + "/$HOME/x" : tree.fill(one.expected);
    const auto resolved = resolve_path(given, tree.project());
    CHECK((resolved ? resolved->path : std::string(kRefused)) == expected);
    if (!resolved) CHECK(resolved.error().field == "path");
  }
}

TEST_CASE("a relative path starts at the session's directory, itself perhaps a link") {
  const Tree tree;
  CHECK(resolve_path("a.cpp", tree.project() + "/sources")->path == tree.project() + "/src/a.cpp");
  CHECK(resolve_path("../main.cpp", tree.project() + "/sources")->path == tree.project() + "/main.cpp");
  CHECK(resolve_path("a.txt", tree.project() + "/w*ld")->path == tree.project() + "/w\\x2ald/a.txt");
  CHECK_FALSE(resolve_path("a.txt", tree.project() + "/w*ld")->pattern);
  CHECK(resolve_path("x", tree.root() + "/gone/away")->path == tree.root() + "/gone/away/x");
}

TEST_CASE("names of one file conflict, others do not, whatever they look like and also before they exist") {
  const Tree tree;
  std::filesystem::create_hard_link(tree.project() + "/main.cpp", tree.project() + "/hard.cpp");
  struct Pair {
    const char* one;
    const char* other;
    bool conflict;
  };
  const Pair pairs[] = {
      {"main.cpp", "link.cpp", true},
      {"main.cpp", "sources/../main.cpp", true},
      {"main.cpp", "hard.cpp", true},
      {"link.cpp", "hard.cpp", true},
      {"dangling", "../outside/new.txt", true},
      {"none/../new.txt", "new.txt", true},
      {"src/", "src/new/deeper.cpp", true},
      {"src", "sources/b.cpp", true},
      {"later/", "later/x", true},
      {"later/", "later", true},  // a file where the directory is to be
      {"out/", "../outside/secret.txt", true},
      {"up/project/**", "main.cpp", true},
      {"*.cpp", "later.cpp", true},
      {"*.cpp", "link.cpp", true},
      {"*.cpp", "m*", true},
      {"src/**/*.cpp", "src/x/y/z.cpp", true},
      {"src/**/*.cpp", "sources/a.cpp", true},
      {"?ain.cpp", "main.cpp", true},
      {".", "deep/er/new", true},
      {"/", "main.cpp", true},
      {"w*ld/a", "w*ld/a", true},
      {"w*ld/a", "w\\x2ald/a", true},
      {"w?ld/a", "w\\x2ald/a", true},
      {"w\\x2ald/a", "wild/a", false},
      {"a\xff", "a\\xff", true},
      {"a?", "a\xff", true},
      {"main.cpp", "main.hpp", false},
      {"main.cpp", "Main.cpp", false},
      {"src/", "src2/x", false},
      {"src/", "main.cpp", false},
      {"*.cpp", "src/a.cpp", false},
      {"*.cpp", "*.hpp", false},
      {"?.txt", "ab.txt", false},
      {"[slug]/page.tsx", "s/page.tsx", false},
      {"{a,b}.txt", "a.txt", false},
      {"caf\u00e9.txt", "cafe\u0301.txt", false},  // two files here
      {"dangling", "new.txt", false},
      {"...", "..", true},
      {"out/../x", "x", false},
  };
  for (const Pair& pair : pairs) {
    CAPTURE(pair.one, pair.other);
    const auto one = resolve_path(pair.one, tree.project());
    const auto other = resolve_path(pair.other, tree.project());
    REQUIRE(one);
    REQUIRE(other);
    CHECK(lease_path(*one).conflicts_with(lease_path(*other)) == pair.conflict);
    CHECK(lease_path(*other).conflicts_with(lease_path(*one)) == pair.conflict);
  }
}
