#include "core/file_table.hpp"

#include "tests/support/catch.hpp"

using namespace governor::core;

namespace {

FileVersion version(const std::string& path, const std::string& sha256,
                    FileVersionKind kind = FileVersionKind::committed, AgentKey agent = 1) {
  FileVersion made;
  made.path = path;
  made.state.sha256 = sha256;
  made.kind = kind;
  made.agent = agent;
  made.timestamp_us = 1'000'000;
  return made;
}

}  // namespace

TEST_CASE("the newest version of a file is remembered") {
  FileTable files;
  CHECK(files.find("/a") == nullptr);
  files.add(version("/a", "1"));
  files.add(version("/b", "2"));
  files.add(version("/a", "3"));
  CHECK(files.find("/a")->newest.state.sha256 == "3");
  CHECK(files.find("/b")->newest.state.sha256 == "2");
  CHECK(files.size() == 2);
}

TEST_CASE("the file that was not written for longest is forgotten first") {
  FileTable files;
  for (std::size_t i = 0; i < FileTable::kRememberedFiles; ++i)
    files.add(version("/" + std::to_string(i), "x"));
  files.add(version("/0", "y"));
  files.add(version("/new", "x"));
  CHECK(files.size() == FileTable::kRememberedFiles);
  CHECK(files.find("/0") != nullptr);
  CHECK(files.find("/1") == nullptr);
  CHECK(files.find("/new") != nullptr);
}

TEST_CASE("versions of the store bring back what leads to a circle") {
  FileTable files;
  files.add(version("/a", "A", FileVersionKind::seen, 0));
  for (const char* content : {"B", "A", "B"}) files.add(version("/a", content));
  CHECK(files.add(version("/a", "A")).watch.judge() == RewriteWatch::Circle::back_again);
}

TEST_CASE("what somebody without a right wrote is nobody's circle") {
  FileTable files;
  for (const char* content : {"A", "B", "A", "B"}) files.add(version("/a", content));
  CHECK(files.add(version("/a", "A", FileVersionKind::unasked)).watch.judge() == RewriteWatch::Circle::none);
}

TEST_CASE("after a person's restoring the file begins anew") {
  FileTable files;
  files.add(version("/a", "A", FileVersionKind::seen, 0));
  for (const char* content : {"B", "A", "B"}) files.add(version("/a", content));
  files.add(version("/a", "A", FileVersionKind::restored, 0));
  CHECK(files.add(version("/a", "B")).watch.judge() == RewriteWatch::Circle::none);
}

TEST_CASE("sessions without an agent are counted each for itself") {
  CHECK(FileTable::writer(3, 7) == FileTable::writer(3, 8));
  CHECK(FileTable::writer(0, 7) != FileTable::writer(0, 8));
  CHECK(FileTable::writer(0, 7) != FileTable::writer(7, 0));
}
