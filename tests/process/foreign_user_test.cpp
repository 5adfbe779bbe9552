#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

/// Only root can become somebody else. What ctest recognises as a skipped test is written then.
bool can_become_another() {
  if (::geteuid() == 0) return true;
  std::cout << "not run: needs root, to connect as another user\n";
  return false;
}

/// A program of ours where everybody can run it.
std::string for_everybody(const Sandbox& sandbox, const std::string& program) {
  const std::string copy = sandbox.directory() + "/" + fs::path(program).filename().string();
  fs::copy_file(program, copy, fs::copy_options::skip_existing);
  REQUIRE(::chmod(copy.c_str(), 0755) == 0);
  REQUIRE(::chmod(sandbox.directory().c_str(), 0755) == 0);
  return copy;
}

Command as_nobody(const Sandbox& sandbox, const std::string& program,
                  std::vector<std::string> arguments = {}) {
  Command command = sandbox.command(for_everybody(sandbox, program), std::move(arguments));
  command.user = kNobody;
  return command;
}

TEST_CASE("a client of another user is refused by the daemon even when the file modes let it through") {
  if (!can_become_another()) return;
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  // The daemon makes them private; only so can anybody get as far as its own check.
  REQUIRE(::chmod(sandbox.runtime_dir().c_str(), 0755) == 0);
  REQUIRE(::chmod(sandbox.socket().c_str(), 0666) == 0);
  const auto before = health(sandbox).at("requests").to_number<int>();

  Command command = as_nobody(sandbox, kStranger, {sandbox.socket()});
  const auto refused = run(command, patience());
  REQUIRE(refused);
  CHECK(refused->code == 0);
  CHECK(refused->output == "connected\nclosed\n");  // and nothing was answered
  // What it asked was not even read: only our two questions count.
  CHECK(health(sandbox).at("requests").to_number<int>() == before + 1);
  REQUIRE(sandbox.end_daemon());
  const SQLite::Database database(sandbox.database(), SQLite::OPEN_READONLY);
  SQLite::Statement audited(database, "SELECT detail FROM audit WHERE event = 'peer_refused'");
  REQUIRE(audited.executeStep());
  CHECK(audited.getColumn(0).getString().starts_with("uid 65534"));
}

TEST_CASE("a proxy of another user neither connects nor starts a daemon in a directory that is not its own") {
  if (!can_become_another()) return;
  Sandbox sandbox;
  REQUIRE(::mkdir(sandbox.runtime_dir().c_str(), 0700) == 0);
  const auto refused = run(as_nobody(sandbox, kProxy, {"--health"}), patience());
  REQUIRE(refused);
  CHECK(refused->code == 2);
  INFO(refused->errors);
  CHECK(refused->errors.find("GOVERNOR_RUNTIME_DIR") != std::string::npos);

  const auto daemon = run(as_nobody(sandbox, kDaemon), patience());
  REQUIRE(daemon);
  CHECK(daemon->code == 1);
  INFO(daemon->errors);
  CHECK(daemon->errors.find("belongs to uid 0, expected uid 65534") != std::string::npos);
}

TEST_CASE("a proxy does not talk to a daemon of another user") {
  if (!can_become_another()) return;
  Sandbox sandbox;
  for (const auto& directory : {sandbox.runtime_dir(), sandbox.state_dir()}) {
    REQUIRE(::mkdir(directory.c_str(), 0700) == 0);
    REQUIRE(::chown(directory.c_str(), kNobody, kNobody) == 0);
  }
  Child foreign(as_nobody(sandbox, kDaemon, {"--foreground"}));
  REQUIRE(
      until(patience(), [&] { return fs::exists(sandbox.socket()) && sandbox.daemon() == foreign.pid(); }));
  REQUIRE(until(patience(), [&] {
    const auto refused = run(sandbox.command(kProxy, {"--health"}), patience());
    return refused && refused->code == 2 &&
           refused->errors.find("belongs to uid 65534, expected uid 0") != std::string::npos;
  }));
}

}  // namespace
}  // namespace governor::test
