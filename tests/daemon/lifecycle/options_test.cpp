#include "daemon/lifecycle/options.hpp"

#include <string>
#include <vector>

#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;

namespace {

std::variant<Options, ExitNow> read(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "governord");
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  return read_options(static_cast<int>(argv.size()), argv.data());
}

}  // namespace

TEST_CASE("the command line outweighs the configuration file, which outweighs the defaults") {
  const governor::TemporaryDirectory directory;
  const std::string config = directory.file("config.json");
  test::write_file(config, R"({"io_threads": 3, "idle_exit": 7, "log_level": "warn"})");
  const auto merged = read({"--config", config, "--idle-exit", "9", "--state-dir", "/from-line"});
  const Options& options = std::get<Options>(merged);
  CHECK(options.idle_exit == 9);
  CHECK(options.state_dir == "/from-line");
  CHECK(options.io_threads == 3);
  CHECK(options.log_level == "warn");
  CHECK(options.loaded_agents_limit == 4096);
}

TEST_CASE("bad usage ends with code 2 and says why") {
  const governor::TemporaryDirectory directory;
  const std::string none = directory.file("none.json");
  for (const auto& arguments : {std::vector<std::string>{"--no-such-option"},
                                {"--io-threads", "0"},
                                {"--io-threads", "many"},
                                {"--idle-exit", "-1"},
                                {"--log-level", "loud"},
                                {"--loaded-agents-limit", "1"},
                                {"stray"}}) {
    auto full = arguments;
    full.insert(full.begin(), {"--config", none});
    const auto result = read(full);
    INFO(arguments[0]);
    REQUIRE(std::holds_alternative<ExitNow>(result));
    CHECK(std::get<ExitNow>(result).code == 2);
    CHECK_FALSE(std::get<ExitNow>(result).text.empty());
  }
}

TEST_CASE("a wrong configuration file ends with code 2 and tells whoever started the daemon") {
  const governor::TemporaryDirectory directory;
  const std::string config = directory.file("config.json");
  test::write_file(config, "{\n\"idle\": 1}");
  const auto result = read({"--config", config, "--startup-fd", "42"});
  const ExitNow& exit = std::get<ExitNow>(result);
  CHECK(exit.code == 2);
  CHECK(exit.startup_fd == 42);
  CHECK(exit.text.find(config + ":2: idle is not a setting") == 0);
}

TEST_CASE("help and version end with code 0") {
  CHECK(std::get<ExitNow>(read({"--help"})).code == 0);
  const auto result = read({"--version"});
  const ExitNow& version = std::get<ExitNow>(result);
  CHECK(version.code == 0);
  CHECK(version.text.find("governord ") == 0);
}

TEST_CASE("only a daemon that a client started goes away by itself") {
  Options options;
  CHECK(options.effective_idle_exit() == 0);
  options.startup_fd = 3;
  CHECK(options.effective_idle_exit() == 900);
  options.foreground = true;
  CHECK(options.effective_idle_exit() == 0);
  options.idle_exit = 5;
  CHECK(options.effective_idle_exit() == 5);
  options.idle_exit = 0;
  options.foreground = false;
  CHECK(options.effective_idle_exit() == 0);
}
