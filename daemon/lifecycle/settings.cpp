#include "daemon/lifecycle/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <limits>
#include <vector>

#include "daemon/lifecycle/deployments_config.hpp"
#include "daemon/lifecycle/evidence_config.hpp"
#include "daemon/lifecycle/shared_config.hpp"
#include "ipc/gateway_settings.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;
using Integer = Setting::Integer;
using Flag = Setting::Flag;
using Choice = Setting::Choice;

constexpr std::array<std::string_view, 7> kLogLevels{"trace", "debug",    "info", "warn",
                                                     "error", "critical", "off"};
constexpr std::array<std::string_view, 2> kLoopPolicies{"advise", "block"};
constexpr std::size_t kMaxCommandWords = 64;
constexpr std::size_t kMaxProtected = 1000;

std::optional<std::string> take(const Integer& integer, const json::value& value, Options& options) {
  const auto* number = value.if_int64();
  if (number == nullptr || *number < integer.lowest || *number > integer.highest) {
    return fmt::format("must be a whole number from {} to {}, not {}", integer.lowest, integer.highest,
                       json::serialize(value));
  }
  options.*integer.place = static_cast<int>(*number);
  return std::nullopt;
}

std::optional<std::string> take(const Flag& flag, const json::value& value, Options& options) {
  if (!value.is_bool()) return fmt::format("must be true or false, not {}", json::serialize(value));
  options.*flag.place = value.get_bool();
  return std::nullopt;
}

std::optional<std::string> take(const Choice& choice, const json::value& value, Options& options) {
  if (!value.is_string()) return fmt::format("must be a text, not {}", json::serialize(value));
  const std::string_view word = value.get_string();
  if (std::find(choice.words.begin(), choice.words.end(), word) == choice.words.end())
    return fmt::format("must be one of {}, not \"{}\"", fmt::join(choice.words, ", "), word);
  options.*choice.place = std::string(word);
  return std::nullopt;
}

std::optional<std::string> take(Setting::Set set, const json::value& value, Options& options) {
  return set(value, options);
}

/// A program and its arguments. No shell and no search path: what runs is what stands there.
std::optional<std::string> set_alert_command(const json::value& value, Options& options) {
  std::vector<std::string> words;
  const json::array* list = value.if_array();
  bool valid = list != nullptr && list->size() <= kMaxCommandWords;
  if (valid) {
    for (const json::value& word : *list) {
      valid = valid && word.is_string() && word.get_string().find('\0') == json::string::npos;
      if (valid) words.emplace_back(word.get_string());
    }
  }
  if (!valid || (!words.empty() && !words.front().starts_with('/'))) {
    return fmt::format(
        "must be a list of at most {} texts that begins with the absolute path of a program, not {}",
        kMaxCommandWords, json::serialize(value));
  }
  options.alert_command = std::move(words);
  return std::nullopt;
}

std::optional<std::string> set_protected(const json::value& value, Options& options) {
  std::vector<std::string> patterns;
  const json::array* list = value.if_array();
  bool valid = list != nullptr && list->size() <= kMaxProtected;
  if (valid) {
    for (const json::value& pattern : *list) {
      valid = valid && pattern.is_string() && !pattern.get_string().empty();
      if (valid) patterns.emplace_back(pattern.get_string());
    }
  }
  if (!valid) {
    return fmt::format("must be a list of at most {} paths and patterns, not {}", kMaxProtected,
                       json::serialize(value));
  }
  options.protected_patterns = std::move(patterns);
  return std::nullopt;
}

constexpr Setting kSettings[] = {
    {"agents_decide",
     "Whether agents may set the thresholds of all agents and acknowledge alerts, as people may",
     Flag{&Options::agents_decide},
     {},
     "security.md"},
    {"alert_command",
     "A list of texts: the absolute path of a program and its arguments, run for each new alert (see below)",
     set_alert_command, "none"},
    {"archive_idle_days",
     "Archive agents named test_* or demo_* that had no update for so many days, at the start and then "
     "daily, but "
     "for pinned ones and those of live sessions; 0: never",
     Integer{&Options::archive_idle_days, 0, 36'500}},
    {"backup_keep_count",
     "Versions kept of one file",
     Integer{&Options::backup_keep_count, 1, 100'000},
     {},
     "coordination.md"},
    {"backup_keep_days", "Days for which versions of files are kept; the newest of each file stays longer",
     Integer{&Options::backup_keep_days, 1, 36'500}},
    {"backup_max_file_mb",
     "Megabytes of the largest file that commit_file writes and of which backups are kept; a whole content "
     "comes in "
     "one request and so has at most about 8 MB, more is written by diffs",
     Integer{&Options::backup_max_file_mb, 1, 1'024}},
    {"backup_max_mb",
     "Room for all these backups as they lie on the disk, in megabytes; when there are more, the oldest go",
     Integer{&Options::backup_max_mb, 1, 1'000'000}},
    {"coordination", "What holds between several git worktrees of one repository (see below)",
     [](const json::value& value, Options& options) { return set_coordination(value, options.coordination); },
     "both are told"},
    {"deployments", "How many agents may be deployed, and how they are started (see below)",
     [](const json::value& value, Options& options) { return set_deployments(value, options); }, "see there"},
    {"evidence", "What is kept of what agents do, and what counts as risky (see below)",
     [](const json::value& value, Options& options) { return set_evidence(value, options.evidence); },
     "nothing of commands but their kind"},
    {"gateway",
     "Where the gateway for browsers and MCP over HTTP listens: an object with port, 0 to 65535, on this "
     "machine's loopback addresses; 0: any that is free",
     [](const json::value& value, Options&) {
       ipc::GatewaySettings others;  // it reads them itself
       return ipc::set_gateway(value, others);
     },
     "a free port, and the same again", "gateway.md"},
    {"idle_exit", "Exit after so many seconds without any session; 0: never",
     Integer{&Options::idle_exit, 0, std::numeric_limits<int>::max()},
     "900 if a proxy started the daemon, else 0"},
    {"io_threads", "Threads that serve connections; 1 is the fastest on small machines",
     Integer{&Options::io_threads, 1, 64}},
    {"lease_gate", "Whether agents that are paused, critical or in a loop get no new exclusive lease",
     Flag{&Options::lease_gate}},
    {"lease_grace_seconds", "How many seconds leases outlive their session, for its agent to come back",
     Integer{&Options::lease_grace_seconds, 0, 3'600}},
    {"loaded_agents_limit",
     "Agents held in memory; the ones used least recently are dropped and loaded again when needed",
     Integer{&Options::loaded_agents_limit, 16, 1'000'000}},
    {"log_level", "How much goes into the log", Choice{&Options::log_level, kLogLevels}},
    {"loop_policy",
     "What happens to an agent in a loop: advise tells it and a person; block also refuses its updates for 5 "
     "s, "
     "doubling up to 5 minutes",
     Choice{&Options::loop_policy, kLoopPolicies}},
    {"low_disk_mb",
     "Raise an alert when fewer megabytes than this are free on the file system of the state directory, or "
     "less than "
     "a tenth of it if that is less; 0: never",
     Integer{&Options::low_disk_mb, 0, 1'000'000'000}},
    {"protected",
     "A list of at most 1,000 paths and patterns: files that nobody writes without a person's leave; "
     "absolute, below "
     "the home directory (~/.ssh/**), or names that count everywhere (.env, *.pem, secrets/)",
     set_protected, "none"},
    {"sandbox",
     "Whether threads that serve clients and keep the state write only in governor's own directories, start "
     "no "
     "programs and reach no network, where the kernel can do that",
     Flag{&Options::sandbox},
     {},
     "security.md#confined-threads"},
    {"shared", "With which other machines leases are shared, by a database (see below)",
     [](const json::value& value, Options& options) { return set_shared(value, options.shared); }, "nothing",
     "scaling.md"},
    {"watchdog_seconds",
     "Abort, for a new daemon to be started, after so many seconds in which nothing got through the event "
     "loop, the "
     "state and the store; 0: never",
     Integer{&Options::watchdog_seconds, 0, 3'600},
     {},
     "services.md#a-daemon-that-hangs"},
};

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

std::optional<std::string> apply_setting(std::string_view key, const json::value& value, Options& options) {
  for (const Setting& setting : kSettings) {
    if (setting.key != key) continue;
    return std::visit([&](const auto& kind) { return take(kind, value, options); }, setting.kind);
  }
  // Directories cannot be set here: the proxies, which do not read this file, must find the daemon.
  std::vector<std::string_view> known;
  for (const Setting& setting : kSettings) known.push_back(setting.key);
  return fmt::format("is not a setting; known are {}", fmt::join(known, ", "));
}

}  // namespace governor::daemon
