#include "daemon/files/real_path.hpp"

#include <unistd.h>

#include "tests/daemon/files/folding_names.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::core::ErrorCode;
using governor::daemon::test::FoldingNames;
using Kind = NameLookup::Kind;

namespace {

std::string path_of(std::string_view given, std::string_view cwd, NameLookup& names) {
  const auto resolved = resolve_path(given, cwd, names);
  return resolved ? resolved->path : "refused: " + resolved.error().message;
}

std::string key_of(std::string_view given, NameLookup& names) {
  const auto resolved = resolve_path(given, "/Disk", names);
  return resolved ? resolved->key : "refused: " + resolved.error().message;
}

}  // namespace

TEST_CASE("a refused path names the argument, what was given and what is accepted") {
  const auto resolved = resolve_path("", "/tmp");
  REQUIRE_FALSE(resolved);
  CHECK(resolved.error().code == ErrorCode::invalid_argument);
  CHECK(resolved.error().field == "path");
  CHECK_FALSE(resolved.error().expected.empty());
  CHECK_FALSE(resolved.error().hint.empty());
}

TEST_CASE("a relative path needs a directory to be relative to") {
  CHECK_FALSE(resolve_path("a.txt", ""));
  CHECK_FALSE(resolve_path("a.txt", "not/absolute"));
  CHECK(resolve_path("/nowhere/a.txt", ""));
}

TEST_CASE("below a directory that ignores case all spellings of a file have one key") {
  const bool says_so = GENERATE(true, false);
  FoldingNames names(says_so);
  names.add("/Disk/Project", Kind::directory);
  names.add("/Disk/Project/README.md");
  names.add("/Disk/Project/caf\u00e9.txt");

  CHECK(path_of("/Disk/Project/README.md", "", names) == "/Disk/Project/README.md");
  CHECK(key_of("project/readme.MD", names) == key_of("/Disk/Project/README.md", names));
  CHECK(key_of("PROJECT/CAFE\u0301.TXT", names) == key_of("Project/caf\u00e9.txt", names));
  SECTION("files that do not exist yet included") {
    CHECK(key_of("Project/New.cpp", names) == key_of("project/new.CPP", names));
    CHECK(key_of("project/Neu/\u00dcbung.cpp", names) == key_of("Project/NEU/U\u0308bung.CPP", names));
  }
  SECTION("a file keeps its key when it comes into being") {
    const std::string before = key_of("Project/Late.cpp", names);
    names.add("/Disk/Project/Late.cpp");
    CHECK(key_of("Project/late.cpp", names) == before);
  }
  SECTION("patterns included") {
    CHECK(key_of("Project/SRC/*.CPP", names) == key_of("project/src/*.cpp", names));
    CHECK(key_of("Project", names) == key_of("PROJECT/", names));
  }
}

TEST_CASE("what is written has the name as the directory spells it") {
  FoldingNames names;
  names.add("/Disk/Project", Kind::directory);
  names.add("/Disk/Project/README.md");
  CHECK(path_of("/Disk/project/readme.MD", "", names) == "/Disk/Project/README.md");
  CHECK(path_of("/Disk/project/New.cpp", "", names) == "/Disk/Project/New.cpp");
}

TEST_CASE("two names of one file that differ in case are two names where case counts") {
  FoldingNames names(false);
  names.add("/home/a.txt", Kind::file, 7, 2);
  names.add("/home/A.TXT", Kind::file, 7, 2);
  CHECK(path_of("/home/a.txt", "", names) == "/home/a.txt");
  CHECK(path_of("/home/A.TXT", "", names) == "/home/A.TXT");
  CHECK(resolve_path("/home/a.txt", "", names)->key == "/home/a.txt");
}

TEST_CASE("a link out of a directory that ignores case leads to where case counts") {
  FoldingNames names;
  names.link("/Disk/Link", "/home/Work");
  CHECK(key_of("link/New.cpp", names) == "/home/Work/New.cpp");
}

TEST_CASE("a file with more names says which file it is") {
  TemporaryDirectory directory;
  test::write_file(directory.file("one"), "text");
  REQUIRE(::link(directory.file("one").c_str(), directory.file("two").c_str()) == 0);
  test::write_file(directory.file("three"), "text");
  const auto one = resolve_path("one", directory.path());
  const auto two = resolve_path("two", directory.path());
  const auto three = resolve_path("three", directory.path());
  CHECK(one->path != two->path);
  CHECK(one->identity.links == 2);
  CHECK(one->identity.same_file(two->identity));
  CHECK_FALSE(one->identity.same_file(three->identity));
  CHECK_FALSE(resolve_path("four", directory.path())->identity.known());
  CHECK_FALSE(FileIdentity{}.same_file(FileIdentity{}));
}

TEST_CASE("a directory, a trailing slash and a glob are patterns, a file is none") {
  TemporaryDirectory directory;
  test::write_file(directory.file("file"), "text");
  CHECK(resolve_path(".", directory.path())->pattern);
  CHECK(resolve_path(".", directory.path())->directory);
  CHECK(resolve_path("later/", directory.path())->pattern);
  CHECK(resolve_path("*.cpp", directory.path())->pattern);
  CHECK_FALSE(resolve_path("*.cpp", directory.path())->exists);
  CHECK_FALSE(resolve_path("file", directory.path())->pattern);
  CHECK(resolve_path("file", directory.path())->exists);
}

TEST_CASE("for one file no character is a wildcard, and a directory is refused") {
  TemporaryDirectory directory;
  const auto star = resolve_file("a*b?.txt", directory.path());
  REQUIRE(star);
  CHECK(star->path.ends_with("/a\\x2ab\\x3f.txt"));
  CHECK_FALSE(star->pattern);
  CHECK_FALSE(resolve_file(".", directory.path()));
  CHECK_FALSE(resolve_file("later/", directory.path()));
}

TEST_CASE("a directory that may not be searched is named in the refusal") {
  FoldingNames names;
  names.add("/home/closed", Kind::directory);
  names.add("/home/closed/file", Kind::unreadable);
  const auto resolved = resolve_path("closed/file", "/home", names);
  REQUIRE_FALSE(resolved);
  CHECK(resolved.error().message.find("/home/closed/file") != std::string::npos);
}

TEST_CASE("spellings that a directory takes for the same conflict, whether the file is there or not") {
  FoldingNames names;
  names.add("/Disk/Project", Kind::directory);
  names.add("/Disk/Project/README.md");
  const auto conflict = [&](std::string_view one, std::string_view other) {
    return lease_path(*resolve_path(one, "/Disk/Project", names))
        .conflicts_with(lease_path(*resolve_path(other, "/Disk/Project", names)));
  };
  CHECK(conflict("README.md", "readme.MD"));
  CHECK(conflict("New.cpp", "NEW.cpp"));
  CHECK(conflict("caf\u00e9.txt", "CAFE\u0301.TXT"));
  CHECK(conflict("\u00dcber.txt", "*.TXT"));
  CHECK(conflict("SRC/", "src/a.cpp"));
  CHECK_FALSE(conflict("README.md", "readme.txt"));
  CHECK_FALSE(conflict("\u8bbe\u8ba1.md", "\u8ba1\u5212.md"));
}
