// Forms of paths that editors and other systems use.
#include "daemon/files/given_path.hpp"

#include <filesystem>

#include "daemon/files/real_path.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::daemon::test::write_file;

TEST_CASE("an address of a file is the file's path") {
  const std::pair<const char*, const char*> cases[] = {
      {"file:///a.txt", "/a.txt"},
      {"FILE:///a.txt", "/a.txt"},
      {"file:/a.txt", "/a.txt"},
      {"file://localhost/a.txt", "/a.txt"},
      {"file://LOCALHOST/a%20b/caf%C3%A9.txt", "/a b/caf\u00e9.txt"},
      {"file:///100%25/x%23L3", "/100%/x#L3"},
      {"file:///a%ff%2A", "/a\\xff\\x2a"},
  };
  for (const auto& [given, expected] : cases) {
    CAPTURE(given);
    const auto path = plain_path(given, "");
    CHECK((path ? *path : "refused: " + path.error().message) == expected);
  }
}

TEST_CASE("forms of other places are refused with what to give instead") {
  const char* cases[] = {"file://server/share/a.txt",
                         "file://a.txt",
                         "file:a.txt",
                         "file:",
                         "file:///",
                         "file:///a%2",
                         "file:///a%zz",
                         "file:///a.txt#L3",
                         "file:///a.txt?x",
                         "file:///a%00b",
                         "file:///C:/x",
                         "vscode-remote://ssh-remote%2Bbox/home/a.txt",
                         "vscode-notebook-cell:/a.ipynb",
                         "untitled:Untitled-1",
                         "https://example.org/a.txt",
                         "C:\\x",
                         "c:/x",
                         "\\\\server\\share\\x",
                         "${workspaceFolder}/x",
                         "/home/${workspaceRoot}/x",
                         "~/x"};
  for (const char* given : cases) {
    CAPTURE(given);
    const auto path = resolve_file(given, "/tmp");
    REQUIRE_FALSE(path);
    CHECK(path.error().field == "path");
    CHECK_FALSE(path.error().hint.empty());
    if (std::string_view(given) != "file:///") CHECK_FALSE(resolve_path(given, "/tmp"));
  }
}

TEST_CASE("a place in a file is no name of it, unless a file is called so") {
  const TemporaryDirectory directory;
  const std::string root = std::filesystem::canonical(directory.path()).string();
  for (const char* name : {"/a.txt", "/b.txt#L3", "/c:12", "/d\\e", "/file:"}) write_file(root + name, "x");
  for (const char* given : {"a.txt#L3", "a.txt#L3-L9", "a.txt#L3C1-L9C2", "new.txt#L1", "a.txt:12",
                            "a.txt:12:5", "a.txt:3-9", "src\\a.txt"}) {
    CAPTURE(given);
    const auto path = resolve_file(given, root);
    REQUIRE_FALSE(path);
    CHECK_FALSE(resolve_path(given, root));
  }
  CHECK(resolve_file("a.txt#L3", root).error().hint.find(root + "/a.txt.") != std::string::npos);
  CHECK(resolve_file("src\\a.txt", root).error().hint.find("src/a.txt") != std::string::npos);
  for (const char* given :
       {"b.txt#L3", "c:12", "d\\e", "./file:", "a.txt#Last", "none.txt:12", "a#1", "x:y"}) {
    CAPTURE(given);
    CHECK(resolve_file(given, root));
  }
}
