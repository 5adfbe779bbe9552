#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/deployment.hpp"

namespace governor::daemon {

/// What the JSON lines of a client say of its work. Knows those of Claude Code, Codex and Gemini; what it
/// does not know it passes over. No text of prompts or answers is kept, but for the end of an error.
class StreamEvents {
 public:
  /// One line, without its end.
  void take(std::string_view line);

  [[nodiscard]] core::DeploymentUsage usage() const;
  [[nodiscard]] const std::string& session() const { return session_; }
  /// Whether it has said that its work is over, and how.
  [[nodiscard]] bool has_result() const { return has_result_; }
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// Since it said that its account may not go on; until when, or 0 for unknown.
  [[nodiscard]] std::optional<std::int64_t> limited_until_us() const { return limited_until_us_; }

 private:
  struct Event;
  void take_message(const Event& event);
  void take_result(const Event& event);
  void take_limit(const Event& event);

  core::DeploymentUsage before_{};  ///< of all messages but the newest
  core::DeploymentUsage message_{};
  std::optional<core::DeploymentUsage> total_;  ///< as the result has it
  std::string message_id_;
  std::string session_;
  std::string failure_;
  bool has_result_ = false;
  bool has_failed_ = false;
  std::optional<std::int64_t> limited_until_us_;
};

}  // namespace governor::daemon
