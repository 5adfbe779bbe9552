#include "gateway/rules/refusal_log.hpp"

#include <fmt/format.h>

#include "text/shown_text.hpp"

namespace governor::gateway {
namespace {

constexpr std::size_t kShown = 100;

std::string shown(std::string_view text) {
  return text::shown_text(text.substr(0, kShown));
}

}  // namespace

std::string RefusalLog::line(std::string_view code, std::string_view method, std::string_view path,
                             TimePoint now) {
  if (now - began_ >= kSpan) {
    began_ = now;
    written_ = 0;
  }
  if (written_ >= kMostInSpan) {
    ++left_out_;
    return {};
  }
  ++written_;
  std::string line = fmt::format("refused ({}): {} {}", code, shown(method), shown(path));
  if (left_out_ > 0) line += fmt::format("; {} refusals before this one were not written", left_out_);
  left_out_ = 0;
  return line;
}

}  // namespace governor::gateway
