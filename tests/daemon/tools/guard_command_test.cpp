// What hooks are told of the commands that they were there for.
#include <cstdlib>

#include "tests/daemon/tools/guard_fixture.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

/// The hooks before and after a command of a tool.
class Commands {
 public:
  explicit Commands(Guarded& guarded, std::string session = "abcdef1234567890", std::string directory = {})
      : guarded_(guarded), session_(std::move(session)), directory_(std::move(directory)) {}

  void begin(const std::string& use, const json::array& named = {}) {
    json::object params = params_of(use);
    params["named"] = named;
    guarded_.ask("governor/command_began", params);
  }
  json::object end(const std::string& use) { return guarded_.ask("governor/command_done", params_of(use)); }

 private:
  json::object params_of(const std::string& use) {
    json::object params = guarded_.hook(session_, "");
    params.erase("path");
    if (!directory_.empty()) params["cwd"] = directory_;
    params["tool"] = "Bash";
    params["tool_use"] = use;
    return params;
  }

  Guarded& guarded_;
  std::string session_;
  std::string directory_;
};

void overwrite(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string numbered(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) text += "line " + std::to_string(i) + '\n';
  return text;
}

/// Two branches: on `main` core.txt has 500 lines and gone.txt 60, on `other` core.txt has one and gone.txt
/// is not there. `more` becomes part of both.
struct CommandProject {
  explicit CommandProject(Guarded& guarded) : guarded_(guarded) {
    git("init -q -b main");
    guarded.make_file("core.txt", 1);
    git("add -A");
    git("commit -qm first");
    git("branch other");
    guarded.make_file("core.txt", 500);
    guarded.make_file("gone.txt", 60);
    git("add -A");
    git("commit -qm second");
    watch();
  }
  void git(const std::string& arguments) const {
    const std::string command = "cd '" + guarded_.directory() + "' && HOME='" + guarded_.directory() +
                                "/.git' GIT_CONFIG_NOSYSTEM=1 git -c user.name=a -c user.email=a@b " +
                                arguments + " >/dev/null 2>&1";
    INFO(command);
    REQUIRE(std::system(command.c_str()) == 0);
  }
  /// A command has the project watched; until all that is there is known.
  void watch() {
    Commands commands(guarded_);
    commands.begin("watch");
    until_known("gone.txt", 60);
    until_known("core.txt", 500);
    commands.end("watch");
  }
  void until_known(const std::string& name, int lines) {
    const std::string sql = "SELECT count(*) FROM file_version WHERE path LIKE '%/" + name +
                            "' AND lines = " + std::to_string(lines);
    for (int i = 0; i < kManyLooks && guarded_.daemon.stored(sql) == 0; ++i) continue;
    REQUIRE(guarded_.daemon.stored(sql) >= 1);
  }
  [[nodiscard]] std::int64_t open_alerts() const {
    return guarded_.daemon.stored(
        "SELECT count(*) FROM alert WHERE cause LIKE 'file_changed/%' AND resolved_us = 0");
  }

 private:
  Guarded& guarded_;
};

}  // namespace

TEST_CASE("a command that overwrites a long file is told what was lost and what brings it back") {
  Guarded guarded;
  const std::string path = guarded.make_file("core.txt", 500);
  Commands commands(guarded);
  commands.begin("1", {"core.txt"});
  overwrite(path, "x");
  const auto told = commands.end("1");
  CHECK(told.at("findings").to_number<int>() == 1);
  CHECK(contains(told.at("reason"), path + " changed from 500 to 1 lines"));
  CHECK(contains(told.at("reason"), "This brings it back: governorctl restore " + path + " --backup "));
  // The same once more has nothing to tell.
  CHECK(commands.end("1").at("findings").to_number<int>() == 0);
  CHECK(guarded.daemon.stored("SELECT count(*) FROM alert WHERE cause LIKE 'file_changed/%core.txt'") == 1);
}

TEST_CASE("what a command deletes without naming it is found where the project was looked at before") {
  Guarded guarded;
  const std::string path = guarded.make_file("core.txt", 60);
  Commands commands(guarded);
  commands.begin("1");
  const auto is_known = [&] {
    return guarded.daemon.stored("SELECT count(*) FROM file_version WHERE path LIKE '%core.txt'") == 1;
  };
  for (int i = 0; i < kManyLooks && !is_known(); ++i) continue;
  REQUIRE(is_known());
  CHECK(commands.end("1").at("findings").to_number<int>() == 0);
  commands.begin("2");
  std::filesystem::remove(path);
  CHECK(contains(commands.end("2").at("reason"), "core.txt was deleted; it had 60 lines"));
}

TEST_CASE("a command that writes what another has leased is told who holds it") {
  Guarded guarded;
  Someone holder(guarded.daemon, "a");
  const std::string path = guarded.make_file("core.txt", 10);
  holder.take(path);
  Commands commands(guarded);
  commands.begin("1", {"core.txt"});
  overwrite(path, "x");
  const auto told = commands.end("1");
  INFO(told);
  CHECK(contains(told.at("reason"), "nobody else may write it"));
  CHECK(contains(told.at("reason"), "governorctl restore"));
}

TEST_CASE("two sessions that run commands at once are both told that it may have been the other") {
  Guarded guarded;
  const std::string path = guarded.make_file("core.txt", 500);
  Commands mine(guarded, "mine-session");
  Commands theirs(guarded, "their-session");
  mine.begin("1", {"core.txt"});
  theirs.begin("1");
  overwrite(path, "x");
  CHECK(contains(mine.end("1").at("reason"), "It may have been agent \"claude-code-their-se\""));
  CHECK(contains(theirs.end("1").at("reason"), "It may have been agent \"claude-code-mine-ses\""));
}

TEST_CASE("where a project is too wide to be watched, what the command names is looked at", "[guard]") {
  Guarded guarded;
  const std::string path = guarded.make_file("core.txt", 500);
  Commands commands(guarded, "wide-session", "/");
  commands.begin("1", {path});
  overwrite(path, "x");
  CHECK(contains(commands.end("1").at("reason"), "core.txt changed from 500 to 1 lines"));
}

TEST_CASE("what git leaves out, and what changes between commands, is not told") {
  Guarded guarded;
  std::filesystem::create_directory(guarded.directory() + "/.git");
  guarded.make_file("core.txt", 500);
  guarded.make_file("made.log", 500);
  overwrite(guarded.directory() + "/.gitignore", "*.log\n");
  Commands commands(guarded);
  commands.begin("1", {"core.txt", "made.log"});
  overwrite(guarded.directory() + "/made.log", "x");
  CHECK(commands.end("1").at("findings").to_number<int>() == 0);
  overwrite(guarded.directory() + "/core.txt", "x");
  CHECK(commands.end("1").at("findings").to_number<int>() == 0);
}

TEST_CASE("what a model is told at the start is what concerns it, in few words") {
  Guarded guarded;
  const auto begun = [&](const std::string& session) {
    json::object params = guarded.hook(session, "");
    params.erase("path");
    params.erase("tool");
    return guarded.ask("governor/session_began", params);
  };
  const auto first = begun("first-session");
  CHECK(first.at("agent_id").as_string() == "claude-code-first-se");
  CHECK(first.at("context").as_string().empty());
  Someone holder(guarded.daemon, "a");
  holder.take(guarded.make_file("core.txt", 1));
  const auto second = begun("second-session");
  CHECK(contains(second.at("context"), "Others at work here: claude-code-first-se."));
  CHECK(contains(second.at("context"), "Held by others, not to be written now: core.txt."));
  for (int i = 0; i < 40; ++i) {
    holder.take(guarded.make_file(std::string(150, 'x') + std::to_string(i), 1));
    begun(std::to_string(i) + "-session");
  }
  const auto last = begun("last-session");
  CHECK(contains(last.at("context"), "more"));
  CHECK(last.at("context").as_string().size() <= 420);
}

TEST_CASE("what git tells is evidence of the agent whose tool ran it, unless hooks see its commands") {
  Guarded guarded;
  Commands commands(guarded);
  commands.begin("1");
  commands.end("1");
  const auto git = [&](int pid) {
    guarded.ask("governor/git_event", {{"pids", {pid}}, {"hook", "post-commit"}});
    return guarded.daemon.stored("SELECT count(*) FROM evidence");
  };
  const auto before = guarded.daemon.stored("SELECT count(*) FROM evidence");
  CHECK(git(::getpid()) == before + 1);
  CHECK(git(1'000'000'000) == before + 1);
  commands.begin("2");
  CHECK(git(::getpid()) == before + 1);
  commands.end("2");
  CHECK(git(::getpid()) == before + 2);
}

TEST_CASE("what moves between commits is nobody's business, however much of it goes away") {
  Guarded guarded;
  const CommandProject project(guarded);
  Commands commands(guarded);
  const auto run = [&](const std::string& use, const std::string& arguments) {
    commands.begin(use);
    project.git(arguments);
    const auto told = commands.end(use);
    INFO(arguments << ": " << told);
    CHECK(told.at("findings").to_number<int>() == 0);
  };
  run("1", "checkout -q other");
  run("2", "checkout -q main");
  run("3", "reset -q --hard HEAD~1");
  run("4", "reset -q --hard ORIG_HEAD");
  CHECK(project.open_alerts() == 0);
}

TEST_CASE("what git takes away and nobody has committed is told with what brings it back") {
  Guarded guarded;
  CommandProject project(guarded);
  const std::string path = guarded.directory() + "/core.txt";
  // Somebody has written it, and git knows nothing of it.
  overwrite(path, numbered(1200));
  project.until_known("core.txt", 1200);
  Commands commands(guarded);
  commands.begin("1");
  SECTION("all is checked out") {
    project.git("checkout .");
  }
  SECTION("a file is checked out") {
    project.git("checkout -- core.txt");
  }
  SECTION("a file is restored") {
    project.git("restore core.txt");
  }
  SECTION("a reset") {
    project.git("reset -q --hard");
  }
  SECTION("a stash that is dropped") {
    project.git("stash -q");
    project.git("stash drop -q");
  }
  const auto told = commands.end("1");
  INFO(told);
  CHECK(contains(told.at("reason"), "core.txt changed from 1200 to 500 lines"));
  CHECK(contains(told.at("reason"), "nobody had committed"));
  CHECK(contains(told.at("reason"), "This brings it back: governorctl restore "));
  CHECK(project.open_alerts() == 1);
}

TEST_CASE(
    "a few lines that a person wrote are told too when git takes them away, and those of the agent itself "
    "are not") {
  Guarded guarded;
  CommandProject project(guarded);
  const std::string path = guarded.directory() + "/core.txt";
  Commands commands(guarded);
  SECTION("a person's") {
    overwrite(path, numbered(503));
    project.until_known("core.txt", 503);
    commands.begin("1");
    project.git("checkout .");
    const auto told = commands.end("1");
    INFO(told);
    CHECK(
        contains(told.at("reason"), "3 lines that you have not written, and nobody had committed, are gone"));
  }
  SECTION("its own") {
    commands.begin("1");
    overwrite(path, numbered(503));
    CHECK(commands.end("1").at("findings").to_number<int>() == 0);
    commands.begin("2");
    project.git("checkout .");
    CHECK(commands.end("2").at("findings").to_number<int>() == 0);
  }
}

TEST_CASE("what a command writes beside git is told, whatever git does before and after") {
  Guarded guarded;
  const CommandProject project(guarded);
  const std::string path = guarded.directory() + "/core.txt";
  Commands commands(guarded);
  commands.begin("1");
  SECTION("git looks") {
    overwrite(path, "x");
    project.git("status");
  }
  SECTION("git adds it") {
    overwrite(path, "x");
    project.git("add -A");
  }
  SECTION("git commits it") {
    overwrite(path, "x");
    project.git("commit -qam x");
  }
  SECTION("git has checked something out") {
    project.git("checkout -q -b new");
    overwrite(path, "x");
  }
  SECTION("git has moved") {
    project.git("checkout -q other");
    project.git("checkout -q main");
    overwrite(path, "x");
  }
  CHECK(contains(commands.end("1").at("reason"), "core.txt changed from 500 to 1 lines"));
}

TEST_CASE("files that were never tracked are told when they are cleaned away") {
  Guarded guarded;
  CommandProject project(guarded);
  guarded.make_file("new.txt", 80);
  project.until_known("new.txt", 80);
  Commands commands(guarded);
  commands.begin("1");
  project.git("clean -qfd");
  CHECK(contains(commands.end("1").at("reason"), "new.txt was deleted; it had 80 lines"));
}

TEST_CASE("a rule that leaves files out, written by the command itself, hides nothing that is tracked") {
  Guarded guarded;
  const CommandProject project(guarded);
  Commands commands(guarded);
  commands.begin("1");
  overwrite(guarded.directory() + "/.gitignore", "*\n");
  overwrite(guarded.directory() + "/core.txt", "x");
  std::filesystem::remove(guarded.directory() + "/gone.txt");
  const auto told = commands.end("1");
  INFO(told);
  CHECK(contains(told.at("reason"), "core.txt changed from 500 to 1 lines"));
  CHECK(contains(told.at("reason"), "gone.txt was deleted; it had 60 lines"));
}

TEST_CASE("a file that is moved within the project is no loss, unless somebody holds it") {
  Guarded guarded;
  const CommandProject project(guarded);
  Someone holder(guarded.daemon, "a");
  const std::string root = std::filesystem::canonical(guarded.directory()).string();
  const bool is_held = GENERATE(false, true);
  CAPTURE(is_held);
  if (is_held) holder.take(root + "/core.txt");
  Commands commands(guarded);
  commands.begin("1", {"core.txt"});
  std::filesystem::create_directory(root + "/into");
  std::filesystem::rename(root + "/core.txt", root + "/into/moved.txt");
  const auto told = commands.end("1");
  INFO(told);
  CHECK(told.at("findings").to_number<int>() == (is_held ? 1 : 0));
  CHECK(project.open_alerts() == (is_held ? 1 : 0));
}

TEST_CASE("a protected file outside of the project is told, with a word on whose doing it may be") {
  Guarded guarded;
  const TemporaryDirectory elsewhere;
  const std::string path = std::filesystem::canonical(elsewhere.path()).string() + "/rules.txt";
  overwrite(path, "one\n");
  guarded.ask("governor/protect", {{"pattern", path}, {"reason", "mine"}});
  const std::string sql = "SELECT count(*) FROM file_version WHERE path LIKE '%/rules.txt'";
  for (int i = 0; i < kManyLooks && guarded.daemon.stored(sql) == 0; ++i) continue;
  Commands commands(guarded);
  commands.begin("1");
  overwrite(path, "two\n");
  const auto told = commands.end("1");
  INFO(told);
  CHECK(contains(told.at("reason"), "rules.txt changed from 1 to 1 lines. It is protected"));
  CHECK(contains(told.at("reason"), "if it was not your command, leave it as it is"));
}

TEST_CASE("sessions whose ids begin alike are two agents") {
  Guarded guarded;
  Commands first(guarded, "12345678-first");
  Commands second(guarded, "12345678-second");
  first.begin("1");
  second.begin("1");
  CHECK(guarded.daemon.stored("SELECT count(*) FROM agent WHERE id LIKE 'claude-code-12345678%'") == 2);
  const std::string path = guarded.make_file("core.txt", 3);
  CHECK(guarded.write("12345678-first", path, 3).at("decision").as_string() == "allow");
  guarded.done("12345678-first", path);
  CHECK(guarded.write("12345678-second", path, 3).at("decision").as_string() == "allow");
}

TEST_CASE("a session that ends gives back what it holds and ends its turn") {
  Guarded guarded;
  const std::string path = guarded.make_file("core.txt", 3);
  const auto ask = [&](const char* method, const json::object& more) {
    json::object params = guarded.hook("ending-session", "");
    params.erase("path");
    params.erase("tool");
    for (const auto& [name, value] : more) params[name] = value;
    return guarded.ask(method, params);
  };
  ask("governor/record_evidence", {{"events", {{{"event", "turn_began"}}}}});
  CHECK(guarded.write("ending-session", path, 3).at("decision").as_string() == "allow");
  Someone other(guarded.daemon, "a");
  CHECK(other.leases().size() == 1);
  ask("governor/session_ended", {});
  CHECK(other.leases().empty());
  CHECK(guarded.daemon.stored("SELECT count(*) FROM history") == 1);
  ask("governor/session_ended", {});
  CHECK(guarded.daemon.stored("SELECT count(*) FROM history") == 1);
}

TEST_CASE("the evidence of a write comes with it, and knows what the file holds") {
  Guarded guarded;
  const std::string path = guarded.make_file("core.txt", 3);
  REQUIRE(guarded.write("with-evidence", path, 3).at("decision").as_string() == "allow");
  json::object params = guarded.hook("with-evidence", path);
  params["events"] = json::array{{{"event", "tool_used"}, {"tool", "Write"}, {"path", path}}};
  guarded.ask("governor/guard_done", params);
  CHECK(guarded.daemon.stored("SELECT count(*) FROM evidence") == 2);
}
