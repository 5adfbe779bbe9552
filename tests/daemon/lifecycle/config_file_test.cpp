#include "daemon/lifecycle/config_file.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;

namespace {

std::string complaint(std::string_view text) {
  Options options;
  return apply_config("c.json", text, options).value_or("");
}

}  // namespace

TEST_CASE("every setting is taken from the file, comments and trailing commas allowed") {
  Options options;
  CHECK_FALSE(apply_config("c.json", R"({
    // how long to stay without work
    "idle_exit": 60, /* seconds */
    "io_threads": 4,
    "loaded_agents_limit": 16,
    "log_level": "debug",
  })",
                           options));
  CHECK(options.idle_exit == 60);
  CHECK(options.io_threads == 4);
  CHECK(options.loaded_agents_limit == 16);
  CHECK(options.log_level == "debug");
}

TEST_CASE("the alert command is a list that begins with the absolute path of a program") {
  Options options;
  CHECK_FALSE(apply_config("c.json", R"({"alert_command": ["/usr/bin/notify", "-u", ""], "low_disk_mb": 0})",
                           options));
  CHECK(options.alert_command == std::vector<std::string>{"/usr/bin/notify", "-u", ""});
  CHECK(options.low_disk_mb == 0);
  CHECK_FALSE(apply_config("c.json", R"({"lease_gate": false, "lease_grace_seconds": 5})", options));
  CHECK_FALSE(options.lease_gate);
  CHECK(options.lease_grace_seconds == 5);
  CHECK_FALSE(apply_config("c.json", R"({"alert_command": []})", options));
  CHECK(options.alert_command.empty());
  for (const char* wrong :
       {R"("notify")", R"(["notify"])", R"(["/a", 1])", R"([""])", R"(["/a\u0000b"])", R"({"a": "/b"})"}) {
    INFO(wrong);
    const std::string text = complaint("{\n\"alert_command\": " + std::string(wrong) + "}");
    CHECK(text.find("c.json:2: alert_command must be a list of at most 64 texts that begins with") == 0);
  }
  CHECK_FALSE(apply_config("c.json", R"({"watchdog_seconds": 0})", options));
  CHECK(options.watchdog_seconds == 0);
  CHECK(complaint("{\"watchdog_seconds\": 3601}").find("from 0 to 3600") != std::string::npos);
  CHECK(complaint("{\"lease_gate\": 1}").find("true or false") != std::string::npos);
  CHECK(complaint("{\"low_disk_mb\": -1}").find("from 0 to 1000000000") != std::string::npos);
}

TEST_CASE("how long backups are kept and what is protected are taken from the file") {
  Options options;
  CHECK_FALSE(apply_config("c.json", R"({"backup_keep_count": 7, "backup_keep_days": 8, "backup_max_mb": 9,
                                        "backup_max_file_mb": 10, "protected": [".env", "/p/core/**"]})",
                           options));
  CHECK(options.backup_keep_count == 7);
  CHECK(options.backup_keep_days == 8);
  CHECK(options.backup_max_mb == 9);
  CHECK(options.backup_max_file_mb == 10);
  CHECK(options.protected_patterns == std::vector<std::string>{".env", "/p/core/**"});
  CHECK(complaint("{\"backup_keep_count\": 0}").find("from 1 to 100000") != std::string::npos);
  for (const char* wrong : {R"(".env")", R"([""])", "[1]"}) {
    INFO(wrong);
    CHECK(complaint("{\"protected\": " + std::string(wrong) + "}").find("a list of at most 1000") !=
          std::string::npos);
  }
}

TEST_CASE("what holds between working trees is taken from the file") {
  Options options;
  CHECK(options.coordination.across_worktrees == governor::core::AcrossWorktrees::warn);
  CHECK_FALSE(apply_config(
      "c.json", R"({"coordination": {"across_worktrees": "exclusive", "changed_hours": 2}})", options));
  CHECK(options.coordination.across_worktrees == governor::core::AcrossWorktrees::exclusive);
  CHECK(options.coordination.changed_hours == 2);
  for (const auto& [wrong, expected] :
       {std::pair(R"(true)", "must be an object"), std::pair(R"({"x": 1})", "x is none of across_worktrees"),
        std::pair(R"({"across_worktrees": "no"})", "must be one of warn, exclusive, not \"no\""),
        std::pair(R"({"changed_hours": -1})", "a whole number from 0 to 8760")}) {
    INFO(wrong);
    CHECK(complaint("{\"coordination\": " + std::string(wrong) + "}").find(expected) != std::string::npos);
  }
}

TEST_CASE("what is shared with other machines is taken from the file, and no password is") {
  Options options;
  CHECK_FALSE(options.shared.shares());
  CHECK_FALSE(apply_config("c.json", R"({"shared": {"database": "postgresql://me@host/name?sslmode=require",
    "workspaces": ["/p/", {"top": "/q", "name": "ours"}], "membership_seconds": 30, "task_lists": ["team"], "orders": true}})",
                           options));
  CHECK(options.shared.shares());
  CHECK(options.shared.places.at(0).top == "/p");
  CHECK(options.shared.places.at(1).name == "ours");
  CHECK(options.shared.membership.count() == 30);
  CHECK(options.shared.task_lists == std::vector<std::string>{"team"});
  CHECK(options.shared.orders);
  CHECK_FALSE(options.shared.fleet);
  for (const auto& [wrong, expected] :
       {std::pair(R"(true)", "must be an object"), std::pair(R"({"x": 1})", "x is none of database"),
        std::pair(R"({"database": "mysql://geheim"})", "must be a text like postgresql://"),
        std::pair(R"({"database": "postgresql://me:geheim@host/name"})", "must not have a password"),
        std::pair(R"({"database": "postgresql://host/name?password=geheim"})", "must not have a password"),
        std::pair(R"({"workspaces": "all"})", "need a database"),
        std::pair(R"({"database": "postgresql:///x", "workspaces": ["p"]})", "absolute paths"),
        std::pair(R"({"task_lists": ["team"]})", "task_lists need a database"),
        std::pair(R"({"task_lists": ["a/b"]})", "task_lists must be a list"),
        std::pair(R"({"orders": true})", "orders need a database"),
        std::pair(R"({"orders": "yes"})", "orders must be true or false"),
        std::pair(R"({"membership_seconds": 1})", "from 4 to 300")}) {
    INFO(wrong);
    const std::string said = complaint("{\"shared\": " + std::string(wrong) + "}");
    CHECK(said.find(expected) != std::string::npos);
    CHECK(said.find("geheim") == std::string::npos);
  }
}

TEST_CASE("rules of evidence are added, changed and taken away by their names") {
  Options options;
  const std::size_t risks = options.evidence.rules.risks.size();
  CHECK_FALSE(apply_config("c.json", R"({"evidence": {
    "keep_commands": true,
    "keep_days": 7,
    "keep_entries": 5000,
    "stop_on_reject": true,
    "risks": [{"name": "deploy", "severity": "high", "advice": "Ask.", "patterns": ["kubectl apply"]},
              {"name": "superuser", "severity": "low"},
              {"name": "force_push", "severity": "off"}],
    "tests": [{"framework": "bats", "patterns": ["bats", "make bats"]}]}})",
                           options));
  const EvidenceSettings& evidence = options.evidence;
  CHECK(evidence.keep_commands);
  CHECK(evidence.keep_days == 7);
  CHECK(evidence.keep_entries == 5000);
  CHECK(evidence.stop_on_reject);
  CHECK(evidence.rules.risks.size() == risks);
  const auto rule = [&](const std::string& name) {
    const auto& all = evidence.rules.risks;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    return found == all.end() ? nullptr : &*found;
  };
  REQUIRE(rule("deploy"));
  CHECK(rule("deploy")->severity == governor::core::Severity::high);
  CHECK(rule("deploy")->patterns[0].text() == "kubectl apply");
  REQUIRE(rule("superuser"));
  CHECK(rule("superuser")->severity == governor::core::Severity::low);
  CHECK_FALSE(rule("superuser")->patterns.empty());
  CHECK_FALSE(rule("force_push"));
  CHECK(evidence.rules.tests[0].framework == "bats");
}

TEST_CASE("what is wrong in the rules of evidence is said, and changes nothing") {
  for (const auto& [wrong, expected] :
       {std::pair(R"(true)", "must be an object"), std::pair(R"({"x": 1})", "x is none of keep_commands"),
        std::pair(R"({"keep_commands": 1})", "keep_commands must be true or false"),
        std::pair(R"({"keep_days": -1})", "keep_days must be a whole number from 0 to 36500, not -1"),
        std::pair(R"({"keep_entries": "all"})", "keep_entries must be a whole number from 0"),
        std::pair(R"({"risks": {}})", "risks must be a list"),
        std::pair(R"({"risks": [{"severity": "low"}]})", "a rule needs a name"),
        std::pair(R"({"risks": [{"name": "new"}]})", "the rule new needs patterns"),
        std::pair(R"({"risks": [{"name": "superuser", "severity": "huge"}]})", "severity must be low"),
        std::pair(R"({"risks": [{"name": "superuser", "pattern": "x"}]})", "pattern is not part of a rule"),
        std::pair(R"({"risks": [{"name": "new", "patterns": []}]})", "patterns must be a list"),
        std::pair(R"({"tests": [{"framework": "bats"}]})", "needs framework and patterns")}) {
    INFO(wrong);
    Options options;
    const std::string text =
        apply_config("c.json", "{\n\"evidence\": " + std::string(wrong) + "}", options).value_or("");
    INFO(text);
    CHECK(text.starts_with("c.json:2: evidence "));
    CHECK(text.find(expected) != std::string::npos);
    CHECK_FALSE(options.evidence.keep_commands);
  }
}

TEST_CASE("an empty object changes nothing") {
  Options options;
  CHECK_FALSE(apply_config("c.json", "{}", options));
  CHECK(options.idle_exit == -1);
}

TEST_CASE("a wrong key is refused with file, line and the keys that exist") {
  const std::string text = complaint("{\n  \"io_threads\": 2,\n  \"idle_exits\": 3\n}");
  CHECK(text.find("c.json:3: idle_exits is not a setting; known are agents_decide, alert_command, ") == 0);
  CHECK(text.find(", idle_exit, io_threads") != std::string::npos);
}

TEST_CASE("directories are no settings of the file, as the clients would not find the daemon") {
  for (const char* key : {"state_dir", "runtime_dir", "config", "startup_fd", "foreground"}) {
    CHECK(complaint("{\"" + std::string(key) + "\": \"/x\"}").find("is not a setting") != std::string::npos);
  }
}

TEST_CASE("a wrong value is refused with file, line and what is accepted") {
  CHECK(complaint("{\n\n\"io_threads\": 0}") ==
        "c.json:3: io_threads must be a whole number from 1 to 64, not 0");
  CHECK(complaint("{\"io_threads\": 65}").find("c.json:1: io_threads must be") == 0);
  CHECK(complaint("{\"io_threads\": 1.5}").find("not 1.5E0") != std::string::npos);
  CHECK(complaint("{\"io_threads\": \"4\"}").find("not \"4\"") != std::string::npos);
  CHECK(complaint("{\"idle_exit\": -1}").find("from 0 to 2147483647") != std::string::npos);
  CHECK(complaint("{\"idle_exit\": 2147483648}").find("not 2147483648") != std::string::npos);
  CHECK(complaint("{\"loaded_agents_limit\": 15}").find("from 16 to 1000000") != std::string::npos);
  CHECK(complaint("{\"log_level\": \"loud\"}") ==
        "c.json:1: log_level must be one of trace, debug, info, warn, error, critical, off, not \"loud\"");
  CHECK(complaint("{\"log_level\": 5}") == "c.json:1: log_level must be a text, not 5");
}

TEST_CASE("a syntax error is told with its line") {
  CHECK(complaint("{\n  \"io_threads\": 2\n  \"idle_exit\": 3\n}").find("c.json:3: not valid JSON") == 0);
  CHECK(complaint("{\n\"io_threads\": 2").find("not valid JSON") != std::string::npos);
  CHECK(complaint("{} {}").find("c.json:1: not valid JSON") == 0);
  CHECK(complaint("").find("c.json:1: not valid JSON") == 0);
  CHECK(complaint("[1]") == "c.json:1: the settings must be one JSON object");
}

TEST_CASE("a file that is not there changes nothing, one that cannot be read is an error") {
  const governor::TemporaryDirectory directory;
  Options options;
  CHECK_FALSE(apply_config_file(directory.file("none.json"), options));
  CHECK_FALSE(apply_config_file(directory.file("none/config.json"), options));
  test::write_file(directory.file("c.json"), "{\"io_threads\": 3}");
  CHECK_FALSE(apply_config_file(directory.file("c.json"), options));
  CHECK(options.io_threads == 3);
  test::write_file(directory.file("bad.json"), "{\n\"x\": 1}");
  const auto wrong = apply_config_file(directory.file("bad.json"), options);
  REQUIRE(wrong);
  CHECK(wrong->find(directory.file("bad.json") + ":2: x is not a setting") == 0);
}
