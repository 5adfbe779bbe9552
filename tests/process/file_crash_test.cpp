// Files that are written while the daemon is killed: each write happens once, and nobody ever sees half of
// one.
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <thread>

#include "daemon/support/sha256.hpp"
#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using daemon::sha256_hex;

constexpr int kWrites = 60;
constexpr int kKills = 10;
constexpr std::size_t kLines = 20'000;

/// The content of write `number`, large enough to be caught in the middle; the same number in each line.
std::string content(int number) {
  std::string text;
  for (std::size_t line = 0; line < kLines; ++line) text += "write " + std::to_string(number) + "\n";
  return text;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Whether this is one of the contents, as a whole; there is a file from the first write on.
bool is_whole(const std::string& text) {
  const std::string first = text.substr(0, text.find('\n') + 1);
  if (first.size() * kLines != text.size()) return false;
  for (std::size_t at = 0; at < text.size(); at += first.size()) {
    if (text.compare(at, first.size(), first) != 0) return false;
  }
  return true;
}

bool has_temporary_file(const std::string& directory) {
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().starts_with(".governor-")) return true;
  }
  return false;
}

}  // namespace

TEST_CASE(
    "a file that is written while the daemon is killed is whole at every moment, and each write is once") {
  const TemporaryDirectory directory;
  const std::string path = fs::canonical(directory.path()).string() + "/file";
  Sandbox sandbox;
  auto clients = full_proxies(sandbox, 1);
  Conversation& writer = *clients.front();
  const Answer granted = writer.call("request_write", {{"paths", {path}}, {"ttl_seconds", 3600}});
  const json::value lease = granted.content().at("lease");
  REQUIRE(writer.call("commit_file", {{"path", path}, {"content", content(0)}, {"lease", lease}})
              .tool_error()
              .empty());

  std::atomic<bool> done{false};
  std::atomic<int> written{0};
  std::atomic<int> torn{0};
  std::thread reader([&] {
    while (!done) torn += is_whole(read_text(path)) ? 0 : 1;
  });
  std::thread killer([&] {
    const auto wait = [&](auto what) {
      return until(ipc::Deadline::after(std::chrono::seconds(60) * kSlowness),
                   [&] { return done || what(); });
    };
    for (int round = 1; round <= kKills && !done; ++round) {
      if (!wait([&] { return written >= round * kWrites / (kKills + 1); })) return;
      // In the middle of a write: the new content lies beside the old one, or has just taken its place.
      wait([&] { return has_temporary_file(directory.path()); });
      if (const pid_t victim = sandbox.daemon(); victim != 0 && !done) ::kill(victim, SIGKILL);
    }
  });
  std::string expected = sha256_hex(content(0));
  std::string refusal;
  int found_written = 0;
  for (int i = 1; i <= kWrites && refusal.empty(); ++i) {
    const std::string text = content(i);
    const Answer answer = writer.call(
        "commit_file", {{"path", path}, {"content", text}, {"expected_sha256", expected}, {"lease", lease}});
    refusal = answer.tool_error();
    if (!refusal.empty()) break;
    expected = sha256_hex(text);
    found_written += answer.content().contains("found_written") ? 1 : 0;
    ++written;
  }
  done = true;
  killer.join();
  reader.join();
  std::cout << found_written << " of " << kWrites << " writes were found done after a kill\n";
  CHECK(refusal.empty());
  CHECK(torn == 0);
  CHECK(read_text(path) == content(kWrites));
  const Answer list = writer.call("list_backups", {{"path", path}, {"limit", 500}});
  const json::array& backups = list.content().at("backups").as_array();
  // What is found after a crash is nobody's until the line comes again.
  std::vector<const json::value*> committed;
  for (const json::value& backup : backups) {
    if (backup.at("kind").as_string() == "committed") committed.push_back(&backup);
  }
  CHECK(backups.size() - committed.size() <= kKills);
  REQUIRE(committed.size() == kWrites + 1);
  for (int i = 0; i <= kWrites; ++i) {
    const json::value& backup = *committed[static_cast<std::size_t>(i)];
    CHECK(backup.at("sha256").as_string() == sha256_hex(content(kWrites - i)));
    CHECK(backup.at("restorable").as_bool());
  }
  const Answer alerts = writer.call("list_alerts", json::object{});
  for (const json::value& alert : alerts.content().at("alerts").as_array())
    CHECK(alert.at("kind").as_string() != "file_changed");
  // Not even for a moment was a write of the agent's taken for somebody else's.
  const Answer entries = writer.call("query_audit_log", json::object{{"event", "file_changed"}});
  CHECK(entries.content().at("entries").as_array().empty());
  for (const auto& entry : fs::directory_iterator(directory.path())) CHECK(entry.path().filename() == "file");
}

}  // namespace governor::test
