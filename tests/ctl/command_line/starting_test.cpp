// Which commands start a daemon where none runs: all that only read or set its state do, so that nobody is
// told on a quiet machine that there is none. Those are excepted that are about whether one runs, or about
// what is there without one.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/ctl/command_line/written_by.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using namespace governor::ctl::test;

namespace {

enum class Does {
  start,  ///< and fails here, as none can be started
  not_start,
  own,   ///< a daemon of its own in a directory of its own; not called here
  group  ///< is nothing without a command below it
};

struct Row {
  Does does = Does::start;
  std::vector<std::string> arguments = {};
};

/// By path; the arguments are those that it cannot do without.
const std::map<std::string, Row>& rows() {
  static const std::map<std::string, Row> all{
      {"activity", {}},
      {"agent", {Does::start, {"ada"}}},
      {"agents", {}},
      {"alerts", {}},
      {"alerts ack", {Does::start, {"3"}}},
      {"alerts list", {}},
      {"anomalies", {}},
      {"approvals", {}},
      {"approvals approve", {Does::start, {"3"}}},
      {"approvals deny", {Does::start, {"3"}}},
      {"approvals list", {}},
      {"approvals show", {Does::start, {"3"}}},
      {"archive", {Does::start, {"ada"}}},
      {"archive-idle", {}},
      {"attach", {Does::start, {"ada"}}},
      {"audit", {}},
      {"audit verify", {}},
      {"backups", {Does::start, {"/p/a"}}},
      {"backups cat", {Does::start, {"/p/a"}}},
      {"backups diff", {Does::start, {"/p/a"}}},
      {"backups list", {Does::start, {"/p/a"}}},
      {"calibration", {}},
      {"compare", {Does::start, {"ada", "bob"}}},
      {"completion", {Does::group}},
      {"completion bash", {Does::not_start}},
      {"completion fish", {Does::not_start}},
      {"completion zsh", {Does::not_start}},
      {"config", {Does::not_start}},
      {"config check", {Does::own}},  // asks governord, which starts nothing then
      {"config edit", {Does::own}},
      {"config path", {Does::not_start}},
      {"config show", {Does::not_start}},
      {"conflicts", {}},
      {"dashboard", {Does::own}},  // starts the gateway, whose tests have it
      {"delete", {Does::start, {"ada", "--yes"}}},
      {"demo", {Does::own}},
      {"deploy", {Does::start, {"reviewer", "look at it"}}},
      {"deployments", {}},
      {"deployments continue", {Does::start, {"ada"}}},
      {"deployments diff", {Does::start, {"ada"}}},
      {"deployments discard", {Does::start, {"ada"}}},
      {"deployments input", {Does::start, {"ada", "yes"}}},
      {"deployments list", {}},
      {"deployments merge", {Does::start, {"ada"}}},
      {"deployments repair", {}},
      {"deployments show", {Does::start, {"ada"}}},
      {"deployments wait", {Does::start, {"ada", "--for", "1s"}}},
      {"diagnose", {}},
      {"doctor", {Does::own}},
      {"export", {Does::start, {"ada"}}},
      {"guard", {Does::group}},
      {"guard claude-code", {Does::own}},  // hooks start one as well; see their tests
      {"guard git", {Does::own}},
      {"health", {Does::not_start}},
      {"help", {Does::not_start}},
      {"history", {Does::start, {"ada"}}},
      {"import", {Does::not_start, {"/none"}}},
      {"install", {Does::not_start, {"--dry-run"}}},
      {"install guards", {Does::not_start, {"--check"}}},
      {"leases", {}},
      {"leases break", {Does::start, {"3", "--reason", "it hangs"}}},
      {"leases check", {Does::start, {"/p/a"}}},
      {"leases list", {}},
      {"logs", {Does::not_start}},
      {"man", {Does::not_start}},
      {"metrics", {Does::not_start}},  // a monitoring system is not to keep a daemon up
      {"notes", {Does::group}},
      {"notes add", {Does::start, {"ada", "a note"}}},
      {"notes set", {Does::start, {"ada", "a note"}}},
      {"notes show", {Does::start, {"ada"}}},
      {"observe", {Does::start, {"ada"}}},
      {"pause", {Does::start, {"ada"}}},
      {"pin", {Does::start, {"ada"}}},
      {"protect", {}},
      {"ps", {Does::not_start}},
      {"purpose", {Does::start, {"ada", "parses"}}},
      {"record-outcome", {Does::start, {"ada/1", "right"}}},
      {"replay", {Does::own}},
      {"reset", {Does::start, {"ada"}}},
      {"restart", {Does::own}},  // looks first whether one could be started
      {"restore", {Does::start, {"/p/a"}}},
      {"resume", {Does::start, {"ada"}}},
      {"run", {Does::start, {"--agent", "ada", "--", "true"}}},
      {"selftest", {Does::own}},
      {"service", {Does::group}},
      {"service install", {Does::not_start, {"--dry-run"}}},  // refused where such variables are set
      {"service start", {Does::not_start}},                   // likewise
      {"service status", {Does::own}},                        // of whoever runs the tests
      {"service stop", {Does::own}},
      {"service uninstall", {Does::own}},
      {"shared", {Does::group}},
      {"shared agents", {Does::own}},
      {"shared alerts", {Does::own}},
      {"shared approvals", {Does::own}},
      {"shared init", {Does::own}},
      {"shared join", {Does::own}},
      {"shared leases", {Does::own}},
      {"shared leave", {Does::own}},
      {"shared status", {Does::own}},
      {"start", {}},
      {"state", {Does::group}},
      {"state backup", {Does::own}},
      {"state restore", {Does::own}},
      {"state verify", {Does::own}},
      {"status", {Does::not_start}},
      {"stop", {Does::not_start}},
      {"summary", {}},
      {"tags", {Does::group}},
      {"tags add", {Does::start, {"ada", "core"}}},
      {"tags remove", {Does::start, {"ada", "core"}}},
      {"tags set", {Does::start, {"ada", "core"}}},
      {"tags show", {Does::start, {"ada"}}},
      {"tasks", {}},
      {"tasks cancel", {Does::start, {"T-1"}}},
      {"tasks create", {Does::start, {"T-1", "do it"}}},
      {"tasks import", {Does::not_start, {"/none"}}},
      {"tasks list", {}},
      {"tasks reassign", {Does::start, {"T-1", "--anybody"}}},
      {"tasks reopen", {Does::start, {"T-1"}}},
      {"tasks show", {Does::start, {"T-1"}}},
      {"tasks update", {Does::start, {"T-1", "--progress", "5"}}},
      {"telemetry", {}},
      {"thresholds", {}},
      {"thresholds reset", {}},
      {"thresholds set", {Does::start, {"risk_approve_threshold=0.3"}}},
      {"thresholds show", {}},
      {"top", {Does::start, {"--once"}}},
      {"uninstall", {Does::not_start, {"--dry-run"}}},
      {"unlock", {Does::start, {"/p/a"}}},
      {"unpin", {Does::start, {"ada"}}},
      {"version", {Does::not_start}},
      {"watch", {}},
      {"why", {Does::start, {"ada"}}},
  };
  return all;
}

std::vector<std::string> words_of_path(const std::string& path) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find(' ', at), path.size());
    words.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// In place of governord, what only says that it was started.
std::string put_daemon(const std::string& directory) {
  std::string marker = directory + "/was-started";
  const std::string program = directory + "/no-governord";
  std::ofstream(program) << "#!/bin/sh\n: > '" << marker << "'\nexit 1\n";
  ::chmod(program.c_str(), 0700);
  return marker;
}

}  // namespace

TEST_CASE("what only reads or sets state starts the daemon, and nothing else does", "[ctl]") {
  const TemporaryDirectory directory;
  const std::string marker = put_daemon(directory.path());
  for (const auto& command : all_commands()) {
    if (command.path.empty()) continue;
    CAPTURE(command.path);
    const auto row = rows().find(command.path);
    if (row == rows().end()) FAIL("It is not said whether this starts a daemon.");
    if (row->second.does == Does::own || row->second.does == Does::group) continue;
    std::vector<std::string> words = words_of_path(command.path);
    words.insert(words.end(), row->second.arguments.begin(), row->second.arguments.end());
    const auto run = run_governorctl(directory.path(), words);
    CAPTURE(run.code, run.out, run.err);
    CHECK(run.code != 2);
    CHECK(std::filesystem::exists(marker) == (row->second.does == Does::start));
    std::filesystem::remove(marker);
  }
}

TEST_CASE("with a deployment's name, logs and stop are about the daemon's state too", "[ctl]") {
  const TemporaryDirectory directory;
  const std::string marker = put_daemon(directory.path());
  CHECK(run_governorctl(directory.path(), {"logs", "reviewer-1"}).code == 3);
  CHECK(std::filesystem::exists(marker));
}
