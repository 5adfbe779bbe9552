#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using governor::ctl::test::run_governorctl;

TEST_CASE("help and version succeed and go to the output", "[ctl]") {
  const TemporaryDirectory directory;
  for (const char* option : {"--help", "--version"}) {
    const auto run = run_governorctl(directory.path(), {option});
    CHECK(run.code == 0);
    CHECK_FALSE(run.out.empty());
    CHECK(run.err.empty());
  }
}

TEST_CASE("wrong usage is exit code 2, names the mistake, and writes nothing to the output", "[ctl]") {
  const TemporaryDirectory directory;
  const std::vector<std::vector<std::string>> mistakes = {{},
                                                          {"bogus"},
                                                          {"status", "--bogus"},
                                                          {"agent"},
                                                          {"agent", "a", "--rows", "0"},
                                                          {"agent", "a", "--rows", "many"}};
  for (const auto& arguments : mistakes) {
    const auto run = run_governorctl(directory.path(), arguments);
    CAPTURE(arguments);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK_FALSE(run.err.empty());
  }
  CHECK(run_governorctl(directory.path(), {"bogus"}).err.find("bogus") != std::string::npos);
}

TEST_CASE("without a daemon the commands that need one exit with 3 and say what to do", "[ctl]") {
  const TemporaryDirectory directory;
  const std::vector<std::vector<std::string>> commands = {{"status"}, {"agents"}, {"agent", "ada"}, {"stop"}};
  for (const auto& arguments : commands) {
    const auto run = run_governorctl(directory.path(), arguments);
    CAPTURE(arguments);
    CHECK(run.code == 3);
    CHECK(run.out.empty());
    const bool starts = arguments.front().starts_with("agent");
    CHECK(run.err.find(starts ? "none could be started" : "governorctl start") != std::string::npos);
  }
}

TEST_CASE("the runtime directory of the command line wins over the environment", "[ctl]") {
  const TemporaryDirectory directory;
  const TemporaryDirectory other;
  const auto run = run_governorctl(directory.path(), {"status", "--runtime-dir", other.path()});
  CHECK(run.err.find(other.path()) != std::string::npos);
}

TEST_CASE("with --json a failure is one JSON object on the output", "[ctl]") {
  const TemporaryDirectory directory;
  const auto run = run_governorctl(directory.path(), {"status", "--json"});
  CHECK(run.code == 3);
  CHECK(run.err.empty());
  CHECK(run.out.find(R"("code":"no_daemon")") != std::string::npos);
}

TEST_CASE("a restart that cannot find governord fails and says where it looked", "[ctl]") {
  const TemporaryDirectory directory;
  const auto run = run_governorctl(directory.path(), {"restart"});
  CHECK(run.code == 1);
  CHECK(run.err.find("no-governord") != std::string::npos);
}
