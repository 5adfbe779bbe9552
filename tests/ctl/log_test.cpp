// The daemon's log.
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "ctl/logs/log_file.hpp"
#include "ctl/logs/log_line.hpp"
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ctl;
using namespace governor::ctl::test;
using governor::TemporaryDirectory;
namespace json = boost::json;

namespace {

using Lines = std::vector<std::string>;

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << text;
}

struct LogFixture {
  LogFixture() { std::filesystem::create_directories(directory.path() + "/state"); }
  Run run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "logs");
    return run_governorctl(directory.path(), arguments);
  }
  TemporaryDirectory directory;
  std::string path = directory.path() + "/state/governor.log";
};

}  // namespace

TEST_CASE("a line of the log is taken apart, and what is none stays as it is", "[ctl]") {
  const LogLine line = read_log_line("2026-01-31T12:00:00.123Z warning the disk is full");
  CHECK(line.time == "2026-01-31T12:00:00.123Z");
  CHECK(line.level == "warning");
  CHECK(line.text == "the disk is full");
  for (const char* other : {"", "warning", "a b c", "2026-01-31T12:00:00.123Z loud text"}) {
    CHECK(read_log_line(other).level.empty());
    CHECK(read_log_line(other).text == other);
  }
  CHECK(severity_of("error") > severity_of("warning"));
  CHECK(severity_of("unheard-of") > severity_of("critical"));
}

TEST_CASE("the newest lines are read, and then those that come, in whole and once", "[ctl]") {
  const LogFixture f;
  append(f.path, "1\n2\n3\nhal");
  LogFile log(f.path);
  CHECK(log.newest(2).value() == Lines{"2", "3"});
  CHECK(log.more().value().empty());
  append(f.path, "f\n5\n");
  CHECK(log.more().value() == Lines{"half", "5"});
  CHECK(log.more().value().empty());
}

TEST_CASE("a log that gives way to another is read to its end, and then the other one", "[ctl]") {
  const LogFixture f;
  append(f.path, "1\n");
  LogFile log(f.path);
  CHECK(log.newest(10).value() == Lines{"1"});
  append(f.path, "2\n");
  std::filesystem::rename(f.path, f.directory.path() + "/state/governor.1.log");
  CHECK(log.more().value() == Lines{"2"});
  append(f.path, "3\n");
  CHECK(log.more().value() == Lines{"3"});
  CHECK(log.more().value().empty());
  // One that begins anew reaches back into the one before.
  CHECK(LogFile(f.path).newest(10).value() == Lines{"1", "2", "3"});
  CHECK(LogFile(f.path).newest(2).value() == Lines{"2", "3"});
}

TEST_CASE("of a long log only the end is read", "[ctl]") {
  const LogFixture f;
  std::ofstream file(f.path);
  for (int i = 0; i < 50'000; ++i) file << "line " << i << '\n';
  file.close();
  CHECK(LogFile(f.path).newest(2).value() == Lines{"line 49998", "line 49999"});
  CHECK(LogFile(f.path).newest(0).value().empty());
}

TEST_CASE("logs shows the daemon's log, by level and by what is in it", "[ctl]") {
  LogFixture f;
  append(f.path,
         "2026-01-31T12:00:00.000Z info it begins\n"
         "2026-01-31T12:00:01.000Z error it fails\nfor two reasons\n"
         "2026-01-31T12:00:02.000Z debug \x1b[31mit goes on\n");
  CHECK(f.run({"--lines", "1", "--utc"}).out == "2026-01-31T12:00:02.000Z debug \\x1b[31mit goes on\n");
  CHECK(f.run({"--level", "warning", "--utc"}).out ==
        "2026-01-31T12:00:01.000Z error it fails\nfor two reasons\n");
  CHECK(f.run({"--filter", "begins", "--lines", "1", "--utc"}).out ==
        "2026-01-31T12:00:00.000Z info it begins\n");
  const auto told = json::parse(f.run({"--json"}).out);
  CHECK(told.at("lines").as_array().size() == 4);
  CHECK(told.at("lines").at(1).at("level").as_string() == "error");
  CHECK(told.at("path").as_string() == f.path);
  CHECK(f.run({"--bytes", "100"}).code == 2);
  CHECK(f.run({"reviewer-1", "--lines", "5"}).code == 2);
}

TEST_CASE("without a log it is said that there is none", "[ctl]") {
  LogFixture f;
  const auto run = f.run({});
  CHECK(run.code == 1);
  CHECK(contains(run.err, "there is no log yet"));
}

TEST_CASE("logs --follow shows what comes, from a log that is not there yet too, for as long as it is told",
          "[ctl]") {
  LogFixture f;
  // Written at some moment of that time.
  std::thread writer([&] { append(f.path, "2026-01-31T12:00:00.000Z info it begins\n"); });
  const auto run = f.run({"--follow", "--for", "2s", "--json"});
  writer.join();
  CHECK(run.code == 0);
  CHECK(json::parse(run.out).at("text").as_string() == "it begins");
}

TEST_CASE("a daemon that logs to where it was started is not looked for in a file", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/status", {{{"log_file", ""}}});
  const auto run = daemon.run({"logs"});
  CHECK(run.code == 1);
  CHECK(contains(run.err, "journalctl --user -u governor"));
}
