#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "ctl/records/file_tree.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl::records::test {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

void write(const std::string& path, std::string_view text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << text;
}

std::string read(const FileTree& tree, const std::string& name) {
  const auto text = tree.read(name);
  return text ? *text : "(none)";
}

TEST_CASE("all regular files are found, and nothing else is opened", "[records]") {
  const TemporaryDirectory outside;
  const TemporaryDirectory directory;
  const std::string& d = directory.path();
  write(outside.path() + "/secret_state.json", "{}");
  write(d + "/b.json", "b");
  write(d + "/agents/a.json", "a");
  write(d + "/.hidden", "h");
  write(d + "/agents/.a.lock", "l");
  fs::create_symlink(outside.path(), d + "/link");
  fs::create_symlink(outside.path() + "/secret_state.json", d + "/secret_state.json");
  REQUIRE(::mkfifo((d + "/pipe_state.json").c_str(), 0600) == 0);
  const auto tree = FileTree::open(d).value();
  std::vector<PassedOver> passed_over;
  CHECK(tree.files(passed_over) == Names{"agents/a.json", "b.json"});
  CHECK(passed_over.size() == 3);
  for (const PassedOver& one : passed_over) CHECK(one.code == "not_a_file");
  CHECK(read(tree, "agents/a.json") == "a");
  // Even if something takes a file's place between the listing and the reading.
  CHECK(read(tree, "secret_state.json") == "(none)");
  CHECK(read(tree, "link/secret_state.json") == "(none)");
  CHECK(read(tree, "pipe_state.json") == "(none)");
  CHECK(read(tree, "agents") == "(none)");
}

TEST_CASE("a huge file is refused with its size, without being read", "[records]") {
  const TemporaryDirectory directory;
  write(directory.path() + "/ada_state.json", "{");
  REQUIRE(::truncate((directory.path() + "/ada_state.json").c_str(), static_cast<off_t>(kLargestFile) + 1) ==
          0);
  const auto tree = FileTree::open(directory.path()).value();
  CHECK(tree.read("ada_state.json").error().message.find("268435457 bytes") != std::string::npos);
}

TEST_CASE("a tree may be a single file, named by a link too, but nothing else", "[records]") {
  const TemporaryDirectory directory;
  const std::string& d = directory.path();
  write(d + "/ada_state.json", "x");
  write(d + "/eve_state.json", "y");
  fs::create_symlink("ada_state.json", d + "/link");
  std::vector<PassedOver> passed_over;
  const auto tree = FileTree::open(d + "/link").value();
  CHECK(tree.is_single_file());
  CHECK(tree.files(passed_over) == Names{"ada_state.json"});
  CHECK(read(tree, "ada_state.json") == "x");
  REQUIRE(::mkfifo((d + "/pipe").c_str(), 0600) == 0);
  CHECK(FileTree::open(d + "/pipe").error().code == ipc::Errc::invalid_path);
  CHECK(FileTree::open(d + "/nowhere").error().code == ipc::Errc::not_found);
}

TEST_CASE("directories are searched to a bounded depth", "[records]") {
  const TemporaryDirectory directory;
  std::string path = directory.path();
  for (int i = 0; i < 12; ++i) path += "/d";
  write(path + "/deep.json", "x");
  std::vector<PassedOver> passed_over;
  CHECK(FileTree::open(directory.path()).value().files(passed_over).empty());
  CHECK(passed_over.size() == 1);
}

}  // namespace
}  // namespace governor::ctl::records::test
