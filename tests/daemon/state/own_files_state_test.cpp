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

TEST_CASE("a hook that governor installed is not written under a lease of the project") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string hook = files.file("hooks/pre-commit");
  std::filesystem::create_directory(files.file("hooks"));
  const std::string text = "#!/bin/sh\n# Written by `governorctl install guards`, which takes it away.\n";
  write_file(hook, text);
  ada.refused("request_write", {{"paths", {files.file("hooks")}}});
  const auto lease = ada.lease(files.root());
  const auto error =
      ada.refused("commit_file", Writer::arguments_of(hook, "exit 0\n", sha256_hex(text), lease));
  CHECK(text_of(error.at("message")).find("hooks that governor installed") != std::string::npos);
  CHECK(read_file(hook) == text);
  ada.refused("request_write", {{"paths", {hook}}});
}

TEST_CASE("settings that keep the hooks are written, those that switch them off only by a person") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string settings = files.file(".claude/settings.local.json");
  const std::string guarded =
      R"({"hooks":{"PreToolUse":[{"hooks":[{"command":"governorctl guard claude-code"}]}]}})";
  std::filesystem::create_directories(files.file(".claude"));
  std::filesystem::create_directories(files.file(".git"));
  write_file(settings, "{}");
  write_file(files.file(".git/config"), "[user]\nname = ada\n");
  auto lease = ada.lease(settings);
  ada.commit(settings, guarded, sha256_hex("{}"), lease);
  const std::string more = R"({"model":"x",)" + guarded.substr(1);
  ada.commit(settings, more, sha256_hex(guarded), lease);
  for (const char* content : {"{}", R"({"disableAllHooks":true})"}) {
    CAPTURE(content);
    const auto error =
        ada.refused("commit_file", Writer::arguments_of(settings, content, sha256_hex(more), lease));
    CHECK(text_of(error.at("message")).find("asks governor") != std::string::npos);
  }
  ada.refused("restore_file", {{"path", settings}, {"backup", 1}, {"lease", lease}});
  CHECK(read_file(settings) == more);
  ada.call("release_write", {{"lease", lease}});
  // Whoever writes with tools of its own is not asked what.
  CHECK(text_of(ada.refused("request_write", {{"paths", {settings}}, {"direct", true}}).at("hint"))
            .find("commit_file") != std::string::npos);
  Writer person(files, "fee", "person");
  CHECK(person.ask("governor/restore", {{"path", settings}, {"backup", 1}}).contains("result"));
  CHECK(read_file(settings) == "{}");

  const std::string config = files.file(".git/config");
  const std::string before = read_file(config);
  lease = ada.lease(config);
  ada.refused("commit_file",
              Writer::arguments_of(config, before + "[core]\nhooksPath=/tmp\n", sha256_hex(before), lease));
  ada.commit(config, before + "email = a@b\n", sha256_hex(before), lease);
}
