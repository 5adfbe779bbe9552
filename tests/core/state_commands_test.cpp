// Files that change while agents run commands, as the state judges them.
#include "core/reasons.hpp"
#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

FileState content(const std::string& sha256, std::uint64_t lines) {
  return {sha256, lines * 10, lines, 77};
}

/// Bob runs a command in /p, of whose file /p/a governor knows 500 lines.
struct CommandFixture : LeaseFixture {
  CommandFixture() {
    change("/p/a", content("one", 500), FileChange::When::first_look);
    run(bob, "1");
    changes.clear();
  }
  void run(SessionKey session, const std::string& use, const std::string& root = "/p") {
    RunningCommand command;
    command.session = session;
    command.tool_session = std::to_string(session);
    command.worker = kMainWorker;
    command.use = use;
    command.tool = "Bash";
    command.root = root;
    command.began_us = now;
    state.commands().begin(std::move(command));
  }
  RunningCommand end(SessionKey session, const std::string& use) {
    auto ended = state.commands().end(std::to_string(session), std::string(kMainWorker), use);
    REQUIRE(ended);
    return *ended;
  }
  bool change(const std::string& path, FileState after, FileChange::When when = FileChange::When::now) {
    FileChange made;
    made.path = path;
    made.after = std::move(after);
    made.when = when;
    made.changed_us = changed_us;
    made.is_kept_by_git = is_kept_by_git;
    made.uncommitted = uncommitted;
    return state.record_change(std::move(made), ++now, changes);
  }
  std::string alert() {
    const auto raised = of_kind<AlertSaved>(changes);
    return raised.empty() ? std::string() : raised.back().alert.message;
  }

  std::int64_t changed_us = 0;
  bool is_kept_by_git = false;
  std::uint32_t uncommitted = 0;
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what changes while a command runs is its doing, and no alert if nobody minds") {
  CommandFixture f;
  CHECK_FALSE(f.change("/p/a", content("two", 400)));
  CHECK(f.alert().empty());
  const FileVersion* version = f.state.newest_version("/p/a");
  CHECK(version->kind == FileVersionKind::reported);
  CHECK(version->session == f.bob);
  CHECK(f.end(f.bob, "1").findings.empty());
  // It is over.
  CHECK_FALSE(f.change("/p/a", content("three", 1)));
  CHECK(f.state.newest_version("/p/a")->kind == FileVersionKind::seen);
}

TEST_CASE("a command that takes more than half of a file is told, with what brings it back") {
  CommandFixture f;
  CHECK(f.change("/p/a", content("two", 1)));
  CHECK(contains(f.alert(), "/p/a was changed by a command of "));
  CHECK(contains(f.alert(), "from 500 lines (5000 bytes) to 1 line"));
  CHECK(contains(f.alert(), "governorctl restore /p/a --backup 1 brings it back"));
  const RunningCommand ended = f.end(f.bob, "1");
  REQUIRE(ended.findings.size() == 1);
  CHECK(ended.findings[0].path == "/p/a");
  CHECK(ended.findings[0].backup == 1);
  CHECK(ended.findings[0].others.empty());
}

TEST_CASE("a file that is deleted is as good as emptied") {
  CommandFixture f;
  CHECK(f.change("/p/a", FileState{}));
  CHECK(contains(f.alert(), "/p/a was deleted by a command of "));
  CHECK(f.end(f.bob, "1").findings.size() == 1);
}

TEST_CASE("a command that changes what another has leased is told who holds it") {
  CommandFixture f;
  f.granted(f.alice, {"/p/a"});
  CHECK(f.change("/p/a", content("two", 501)));
  CHECK(contains(f.alert(), "holds lease 1 on it"));
  CHECK(f.state.newest_version("/p/a")->kind == FileVersionKind::unasked);
  const RunningCommand ended = f.end(f.bob, "1");
  REQUIRE(ended.findings.size() == 1);
  CHECK(contains(ended.findings[0].held, "holds lease 1 on it"));
}

TEST_CASE("a lease that is over covers nothing that was written after it") {
  CommandFixture f;
  const LeaseKey lease = f.granted(f.bob, {"/p/a"}, {.direct = true});
  f.state.protect({f.alice, 0}, {path_of("/p/a"), "mine", false}, f.now, f.changes);
  REQUIRE(f.state.release_lease({f.bob, 0}, lease, ++f.now, f.changes));
  SECTION("by its time") {
    f.now += 100'000;
    f.changed_us = f.now;
    CHECK(f.change("/p/a", content("two", 1)));
  }
  SECTION("what is gone has none, and a command began after the lease") {
    f.end(f.bob, "1");
    f.run(f.bob, "2");
    CHECK(f.change("/p/a", FileState{}));
  }
  CHECK(contains(f.alert(), "although it is protected"));
  CHECK(f.state.newest_version("/p/a")->lease == 0);
}

TEST_CASE("a file that is written with a lease while another's command runs may be either's") {
  CommandFixture f;
  f.granted(f.alice, {"/p/a"}, {.direct = true});
  CHECK(f.change("/p/a", content("two", 1)));
  CHECK(contains(f.alert(), " or a command of "));
  CHECK(f.state.newest_version("/p/a")->session == 0);
  const RunningCommand ended = f.end(f.bob, "1");
  REQUIRE(ended.findings.size() == 1);
  CHECK_FALSE(ended.findings[0].others.empty());
}

TEST_CASE("what a command destroys is in its agent's evidence, and no second alert") {
  CommandFixture f;
  REQUIRE(f.update(f.bob, "x"));
  f.end(f.bob, "1");
  RunningCommand command;
  command.session = f.bob;
  command.tool_session = "s";
  command.agent_id = "x";
  command.tool = "Bash";
  command.root = "/p";
  command.began_us = f.now;
  f.state.commands().begin(std::move(command));
  f.changes.clear();
  CHECK(f.change("/p/a", content("two", 1)));
  CHECK(recent_harm(f.state.find_agent("x")->behaviour) == 1);
  CHECK(of_kind<AlertSaved>(f.changes).size() == 1);
}

TEST_CASE("a command may change what its own session has leased") {
  CommandFixture f;
  f.granted(f.bob, {"/p/a"});
  CHECK_FALSE(f.change("/p/a", content("two", 501)));
  CHECK(f.alert().empty());
}

TEST_CASE("a command that changes a protected file is told so") {
  CommandFixture f;
  f.state.protect({f.alice, 0}, {path_of("/p/a"), "mine", false}, f.now, f.changes);
  CHECK(f.change("/p/a", content("two", 501)));
  CHECK(contains(f.alert(), "although it is protected"));
  CHECK(f.end(f.bob, "1").findings.at(0).is_protected);
}

TEST_CASE("what git checks out is told only if git has not what was there, or somebody holds the file") {
  CommandFixture f;
  SECTION("git has it") {
    f.is_kept_by_git = true;
    CHECK_FALSE(f.change("/p/a", content("two", 1)));
    CHECK(f.alert().empty());
    CHECK(f.end(f.bob, "1").findings.empty());
  }
  SECTION("another has leased it") {
    f.is_kept_by_git = true;
    f.granted(f.alice, {"/p/a"});
    CHECK(f.change("/p/a", content("two", 1)));
    CHECK(f.end(f.bob, "1").findings.size() == 1);
  }
  SECTION("nobody has committed some of it, however little") {
    f.uncommitted = 3;
    CHECK(f.change("/p/a", content("two", 497)));
    CHECK(contains(f.alert(), "which took away 3 lines that nobody had committed"));
    CHECK(f.end(f.bob, "1").findings.at(0).uncommitted == 3);
  }
}

TEST_CASE("a file that is moved is not lost, in whichever order that is seen") {
  CommandFixture f;
  SECTION("the new name first") {
    CHECK_FALSE(f.change("/p/b", content("one", 500)));
    CHECK_FALSE(f.change("/p/a", FileState{}));
    CHECK(f.alert().empty());
  }
  SECTION("the old name first") {
    CHECK(f.change("/p/a", FileState{}));
    CHECK_FALSE(f.change("/p/b", content("one", 500)));
    CHECK(f.state.alerts().at(file_changed_cause("/p/a")).resolved_us != 0);
  }
  CHECK(f.end(f.bob, "1").findings.empty());
}

TEST_CASE("a file that is moved is told all the same if another holds it, it is protected, or it is gone") {
  CommandFixture f;
  SECTION("leased") {
    f.granted(f.alice, {"/p/a"});
  }
  SECTION("protected") {
    f.state.protect({f.alice, 0}, {path_of("/p/a"), "mine", false}, f.now, f.changes);
  }
  SECTION("gone") {
    f.change("/p/b", content("one", 500));
    f.change("/p/a", FileState{});
    CHECK(f.change("/p/b", FileState{}));
    CHECK(f.end(f.bob, "1").findings.at(0).path == "/p/b");
    return;
  }
  CHECK(f.change("/p/a", FileState{}));
  f.change("/p/b", content("one", 500));
  CHECK(f.end(f.bob, "1").findings.at(0).path == "/p/a");
}

TEST_CASE(
    "a protected file outside of the project is told whoever runs a command, as one that may be another's "
    "doing") {
  CommandFixture f;
  f.state.protect({f.alice, 0}, {path_of("/other/x"), "mine", false}, f.now, f.changes);
  f.change("/other/x", content("one", 10), FileChange::When::first_look);
  f.changes.clear();
  CHECK(f.state.known_protected_files("/p") == std::vector<std::string>{"/other/x"});
  CHECK(f.state.known_protected_files("/other").empty());
  CHECK(f.change("/other/x", content("two", 10)));
  CHECK(contains(f.alert(), "was changed without a lease, although it is protected"));
  const RunningCommand ended = f.end(f.bob, "1");
  REQUIRE(ended.findings.size() == 1);
  CHECK(ended.findings[0].is_elsewhere);
  CHECK(ended.findings[0].is_protected);
  CHECK(ended.changed.empty());
}

TEST_CASE("a loss that may be none is waited for, and not for long") {
  CommandFixture f;
  CommandTable& commands = f.state.commands();
  CHECK(commands.shall_wait("/p/a", false, f.now));
  CHECK(commands.shall_wait("/p/a", false, f.now + CommandTable::kMoveUs - 1));
  CHECK_FALSE(commands.shall_wait("/p/a", false, f.now + CommandTable::kMoveUs));
  CHECK(commands.shall_wait("/p/a", true, f.now + CommandTable::kMoveUs));
  CHECK_FALSE(commands.shall_wait("/p/a", true, f.now + CommandTable::kGitUs));
  CHECK_FALSE(commands.shall_wait("/elsewhere", false, f.now));
}

TEST_CASE("a command that is left with something to look at is told of what is known, and does the rest") {
  CommandFixture f;
  f.change("/p/a", content("two", 1));
  const auto left =
      f.state.commands().leave(std::to_string(f.bob), std::string(kMainWorker), "1", f.now + 60'000'000);
  REQUIRE(left);
  CHECK(left->findings.size() == 1);
  f.now += 50'000'000;
  f.change("/p/a", content("three", 2));
  CHECK(f.state.newest_version("/p/a")->session == f.bob);
  f.now += 20'000'000;
  f.change("/p/a", content("four", 2));
  CHECK(f.state.newest_version("/p/a")->session == 0);
}

TEST_CASE("when two run commands at the same time both are told that it may have been the other") {
  CommandFixture f;
  f.run(f.carol, "2");
  CHECK(f.change("/p/a", content("two", 1)));
  CHECK(contains(f.alert(), " or "));
  CHECK(f.state.newest_version("/p/a")->session == 0);
  for (const auto& [session, use] : {std::pair{f.bob, "1"}, std::pair{f.carol, "2"}}) {
    const RunningCommand ended = f.end(session, use);
    REQUIRE(ended.findings.size() == 1);
    CHECK_FALSE(ended.findings[0].others.empty());
  }
}

TEST_CASE("two commands of one agent are not two who may have done it") {
  CommandFixture f;
  f.run(f.bob, "2");
  CHECK(f.change("/p/a", content("two", 1)));
  CHECK(f.end(f.bob, "1").findings.at(0).others.empty());
}

TEST_CASE("a file that was touched before the command began, or lies elsewhere, is not its doing") {
  CommandFixture f;
  f.run(f.carol, "2", "/q");
  f.end(f.bob, "1");
  f.now += 100 * f.kSecond;
  f.run(f.bob, "3");
  f.changed_us = f.now - f.kSecond;
  CHECK_FALSE(f.change("/p/a", content("two", 1)));
  CHECK(f.state.newest_version("/p/a")->kind == FileVersionKind::seen);
}

TEST_CASE("what a command makes again and again is no circle") {
  CommandFixture f;
  for (int i = 0; i < 8; ++i) CHECK_FALSE(f.change("/p/a", content(i % 2 == 0 ? "x" : "y", 500)));
  CHECK(f.alert().empty());
}

TEST_CASE("in a project that a person has watched each change without a lease is an alert") {
  CommandFixture f;
  f.state.set_watch_root({f.alice, 0}, {"/p", false}, true, f.now, f.changes);
  CHECK(f.change("/p/a", content("two", 501)));
  CHECK(contains(f.alert(), "by a command of"));
  CHECK(f.end(f.bob, "1").findings.empty());
}

TEST_CASE("a project is watched for as long as the session of its hooks lasts") {
  CommandFixture f;
  f.state.set_project({f.bob, 0}, "/p", f.now, f.changes);
  REQUIRE(f.state.watch_targets().size() == 1);
  CHECK(f.state.watch_targets()[0].leaves_ignored_out);
  CHECK(f.state.commands().projects_version() == 1);
  f.state.set_project({f.bob, 0}, "/p", f.now, f.changes);
  CHECK(f.state.commands().projects_version() == 1);
  f.state.end_session(f.bob, ++f.now, f.changes);
  CHECK(f.state.watch_targets().empty());
  CHECK(f.state.commands().projects_version() == 2);
  // What its last command did may be told a little later.
  CHECK(f.state.commands().during("/p/a", 0, f.now).size() == 1);
  CHECK(f.state.commands().during("/p/a", f.now, f.now + f.kSecond).size() == 1);
  CHECK(f.state.commands().during("/p/a", f.now + f.kSecond, f.now + f.kSecond).empty());
  CHECK(f.state.commands().during("/p/a", 0, f.now + 6 * f.kSecond).empty());
}
