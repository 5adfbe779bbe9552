// What governor itself lives on is nobody's to write through it.
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

TEST_CASE("nobody leases, writes, restores or watches governor's own files, by whatever name") {
  FileFixture files;
  Writer ada(files, "ada");
  Writer person(files, "fee", "person");
  const std::string state = files.daemon.directory();
  std::filesystem::create_directory_symlink(state, files.file("harmless"));
  for (const std::string& path :
       {state + "/governor.db", state + "/file_backups/00/x", state + "/state.lock", state + "/",
        files.file("harmless/governor.db"), std::string("/**/governor.db")}) {
    CAPTURE(path);
    const auto error = ada.refused("request_write", {{"paths", {path}}});
    CHECK(text_of(error.at("field")) == "path");
    CHECK(text_of(error.at("message")).find("governor") != std::string::npos);
    CHECK(person.ask("governor/watch", {{"root", path}}).contains("error"));
  }
  CHECK(ada.call("list_leases", json::object{}).at("leases").as_array().empty());
  // Not even with a lease that covers something else.
  const auto lease = ada.lease(files.file("a.txt"));
  const auto before = read_file(state + "/governor.db");
  for (const char* name : {"/governor.db", "/config.json"}) {
    const auto error = ada.refused("commit_file", Writer::arguments_of(state + name, "", "", lease));
    CHECK(text_of(error.at("message")).find("one of governor's own files") != std::string::npos);
    CHECK(person.ask("governor/restore", {{"path", state + name}}).contains("error"));
  }
  CHECK_FALSE(std::filesystem::exists(state + "/config.json"));
  CHECK_FALSE(before.empty());
}

TEST_CASE("a project around governor's own files can be watched, and is written file by file") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string parent = std::filesystem::path(files.daemon.directory()).parent_path();
  CHECK(text_of(ada.refused("request_write", {{"paths", {parent}}}).at("hint")).find("Name the directory") !=
        std::string::npos);
  CHECK_NOTHROW(ada.lease(files.file("a.txt")));
}

TEST_CASE("a hook that governor installed is not written under a lease of its directory") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string hook = files.file("hooks/pre-commit");
  std::filesystem::create_directory(files.file("hooks"));
  const std::string text = "#!/bin/sh\n# Written by `governorctl install guards`, which takes it away.\n";
  write_file(hook, text);
  const auto lease = ada.lease(files.file("hooks"));
  const auto error =
      ada.refused("commit_file", Writer::arguments_of(hook, "exit 0\n", sha256_hex(text), lease));
  CHECK(text_of(error.at("message")).find("hooks that governor installed") != std::string::npos);
  CHECK(read_file(hook) == text);
  ada.refused("request_write", {{"paths", {hook}}});
}
