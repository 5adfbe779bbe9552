#include "daemon/supervisor/output_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/support/timestamp.hpp"
#include "text/cut_text.hpp"
#include "text/shown_text.hpp"

namespace governor::daemon {
namespace {

/// Who asks a person waits; who only mentions a question goes on at once.
constexpr std::chrono::seconds kQuiet{2};
constexpr std::size_t kTailBytes = 4096;
/// Where a question stands: what came before has been answered.
constexpr std::size_t kQuestionBytes = 1200;
constexpr std::size_t kLongestLine = 8 * 1024 * 1024;
constexpr std::size_t kLongestShownLine = 200;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c; });
  return lower;
}

/// Bytes of the code that begins the text with ESC.
std::size_t terminal_code_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] == '[') {  // CSI: parameters, then one letter
    const std::size_t end =
        text.find_first_of("@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~", 2);
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  if (text[1] == ']') {  // OSC: until BEL or ESC backslash
    const std::size_t end = text.find_first_of("\a\x1b", 2);
    if (end == std::string_view::npos) return text.size();
    return text[end] == '\a' ? end + 1 : std::min(text.size(), end + 2);
  }
  return 2;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

std::string without_terminal_codes(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t code = std::min(text.find('\x1b'), text.size());
    plain += text.substr(0, code);
    text.remove_prefix(code);
    if (!text.empty()) text.remove_prefix(terminal_code_length(text));
  }
  return plain;
}

void OutputWatch::take(std::string_view bytes, Clock::time_point now) {
  if (bytes.empty()) return;
  has_spoken_ = true;
  last_ = now;
  tail_ += bytes;
  if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  if (!runner_.stream_json) return;
  take_lines(bytes);
  if (events_.has_result() && !result_at_) result_at_ = now;
}

void OutputWatch::take_lines(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (!skips_) line_ += part;
    if (line_.size() > kLongestLine) {
      line_.clear();
      skips_ = true;
    }
    if (end == std::string_view::npos) return;
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    events_.take(line_);
    line_.clear();
    skips_ = false;
    bytes.remove_prefix(end + 1);
  }
}

const WaitSign* OutputWatch::sign_shown() const {
  const std::string plain = lower_case(without_terminal_codes(tail_));
  const std::string_view end =
      std::string_view(plain).substr(plain.size() - std::min(plain.size(), kQuestionBytes));
  const auto shown = std::find_if(runner_.waits.begin(), runner_.waits.end(), [&](const WaitSign& sign) {
    return end.find(lower_case(sign.text)) != std::string_view::npos;
  });
  return shown != runner_.waits.end() ? &*shown : nullptr;
}

std::string OutputWatch::last_line() const {
  const std::string plain = without_terminal_codes(tail_);
  const std::string_view text = trimmed(plain);
  const std::string_view line = trimmed(text.substr(text.find_last_of("\r\n") + 1));
  return text::shown_text(text::cut_text(line, kLongestShownLine));
}

std::optional<core::DeploymentSeen> OutputWatch::seen(Clock::time_point now) const {
  core::DeploymentSeen seen;
  seen.runner_session = events_.session();
  if (runner_.stream_json) seen.usage = events_.usage();
  if (const auto until = events_.limited_until_us()) {
    seen.state = core::DeploymentState::waiting;
    seen.waiting_for = core::WaitingFor::quota;
    seen.until_us = *until;
    seen.why = *until > 0 ? fmt::format("the account's limit is reached, until {}", iso_timestamp(*until))
                          : "the account's limit is reached";
    return seen;
  }
  const auto silence = now - last_;
  if (has_spoken_ && silence >= kQuiet) {
    if (const WaitSign* sign = sign_shown()) {
      seen.state = core::DeploymentState::waiting;
      seen.waiting_for = sign->waiting_for;
      seen.why = last_line();
      return seen;
    }
  }
  if (stuck_after_.count() > 0 && silence >= stuck_after_) {
    seen.state = core::DeploymentState::stuck;
    seen.why = fmt::format("no output for {} minutes", stuck_after_.count());
    return seen;
  }
  if (!has_spoken_) return std::nullopt;
  seen.state = core::DeploymentState::working;
  return seen;
}

}  // namespace governor::daemon
