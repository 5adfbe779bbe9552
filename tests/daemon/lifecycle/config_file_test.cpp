#include "daemon/lifecycle/config_file.hpp"

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
