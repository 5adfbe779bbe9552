#include "daemon/lifecycle/config_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <span>
#include <sstream>

#include "daemon/lifecycle/deployments_config.hpp"
#include "daemon/lifecycle/evidence_config.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> kLogLevels{"trace", "debug",    "info", "warn",
                                                     "error", "critical", "off"};

constexpr std::size_t kMaxCommandWords = 64;
constexpr std::size_t kMaxProtected = 1000;
constexpr std::array<std::string_view, 2> kLoopPolicies{"advise", "block"};

std::size_t line_of(std::string_view text, std::size_t offset) {
  return 1 +
         static_cast<std::size_t>(std::count(
             text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())), '\n'));
}

/// The line on which a top-level key stands; the first one if it cannot be found.
std::size_t line_of_key(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(fmt::format("\"{}\"", key));
  return at == std::string_view::npos ? 1 : line_of(text, at);
}

std::optional<std::string> set_integer(const json::value& value, int lowest, int highest, int& target) {
  if (const auto* number = value.if_int64(); number != nullptr && *number >= lowest && *number <= highest) {
    target = static_cast<int>(*number);
    return std::nullopt;
  }
  return fmt::format("must be a whole number from {} to {}, not {}", lowest, highest, json::serialize(value));
}

std::optional<std::string> set_flag(const json::value& value, bool& target) {
  if (!value.is_bool()) return fmt::format("must be true or false, not {}", json::serialize(value));
  target = value.get_bool();
  return std::nullopt;
}

std::optional<std::string> set_text(const json::value& value, std::string& target) {
  if (!value.is_string()) return fmt::format("must be a text, not {}", json::serialize(value));
  target = std::string(value.get_string());
  return std::nullopt;
}

std::optional<std::string> set_choice(const json::value& value, std::span<const std::string_view> choices,
                                      std::string& target) {
  if (auto wrong = set_text(value, target)) return wrong;
  if (std::find(choices.begin(), choices.end(), target) != choices.end()) return std::nullopt;
  return fmt::format("must be one of {}, not \"{}\"", fmt::join(choices, ", "), target);
}

/// A program and its arguments. No shell and no search path: what runs is what stands there.
std::optional<std::string> set_command(const json::value& value, std::vector<std::string>& target) {
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
  target = std::move(words);
  return std::nullopt;
}

std::optional<std::string> set_patterns(const json::value& value, std::vector<std::string>& target) {
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
  target = std::move(patterns);
  return std::nullopt;
}

std::optional<std::string> set(std::string_view key, const json::value& value, Options& options) {
  if (key == "idle_exit") return set_integer(value, 0, std::numeric_limits<int>::max(), options.idle_exit);
  if (key == "io_threads") return set_integer(value, 1, 64, options.io_threads);
  if (key == "loaded_agents_limit") return set_integer(value, 16, 1000000, options.loaded_agents_limit);
  if (key == "log_level") return set_choice(value, kLogLevels, options.log_level);
  if (key == "archive_idle_days") return set_integer(value, 0, 36500, options.archive_idle_days);
  if (key == "loop_policy") return set_choice(value, kLoopPolicies, options.loop_policy);
  if (key == "agents_decide") return set_flag(value, options.agents_decide);
  if (key == "lease_gate") return set_flag(value, options.lease_gate);
  if (key == "lease_grace_seconds") return set_integer(value, 0, 3600, options.lease_grace_seconds);
  if (key == "low_disk_mb") return set_integer(value, 0, kHighestLowDiskMb, options.low_disk_mb);
  if (key == "backup_keep_count") return set_integer(value, 1, kHighestKeepCount, options.backup_keep_count);
  if (key == "backup_keep_days") return set_integer(value, 1, kHighestKeepDays, options.backup_keep_days);
  if (key == "backup_max_mb") return set_integer(value, 1, kHighestBackupMb, options.backup_max_mb);
  if (key == "backup_max_file_mb")
    return set_integer(value, 1, kHighestBackupFileMb, options.backup_max_file_mb);
  if (key == "watchdog_seconds")
    return set_integer(value, 0, kLongestWatchdogSeconds, options.watchdog_seconds);
  if (key == "protected") return set_patterns(value, options.protected_patterns);
  if (key == "coordination") return set_coordination(value, options.coordination);
  if (key == "evidence") return set_evidence(value, options.evidence);
  if (key == "deployments") return set_deployments(value, options);
  if (key == "alert_command") return set_command(value, options.alert_command);
  // Directories cannot be set here: the proxies, which do not read this file, must find the daemon.
  return "is not a setting; known are agents_decide, alert_command, archive_idle_days, backup_keep_count, "
         "backup_keep_days, "
         "backup_max_file_mb, backup_max_mb, coordination, deployments, evidence, idle_exit, io_threads, "
         "lease_gate, "
         "lease_grace_seconds, "
         "loaded_agents_limit, log_level, loop_policy, low_disk_mb, protected, watchdog_seconds";
}

}  // namespace

std::optional<std::string> apply_config(const std::string& path, std::string_view text, Options& options) {
  json::parse_options rules;
  rules.allow_comments = true;
  rules.allow_trailing_commas = true;
  json::stream_parser parser(json::storage_ptr(), rules);
  json::error_code error;
  const std::size_t parsed = parser.write_some(text, error);
  if (!error && parsed < text.size()) error = json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) return fmt::format("{}:{}: not valid JSON: {}", path, line_of(text, parsed), error.message());
  const json::value document = parser.release();
  if (!document.is_object()) return fmt::format("{}:1: the settings must be one JSON object", path);
  for (const auto& item : document.get_object()) {
    const std::string_view key = item.key();
    if (auto wrong = set(key, item.value(), options)) {
      return fmt::format("{}:{}: {} {}", path, line_of_key(text, key), key, *wrong);
    }
  }
  return std::nullopt;
}

std::optional<std::string> apply_config_file(const std::string& path, Options& options) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return fmt::format("{}:1: cannot be read: {}", path, std::strerror(errno));
  }
  std::stringstream text;
  text << file.rdbuf();
  return apply_config(path, text.str(), options);
}

}  // namespace governor::daemon
