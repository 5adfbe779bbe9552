#include "ctl/logs/log_line.hpp"

#include <algorithm>
#include <array>

#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"

namespace governor::ctl {

namespace {

constexpr std::array<std::string_view, 6> kLevels{"trace", "debug", "info", "warning", "error", "critical"};

Tone tone_of(std::string_view level) {
  if (level == "error" || level == "critical") return Tone::bad;
  if (level == "warning") return Tone::warning;
  return level == "info" ? Tone::plain : Tone::faint;
}

std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  return word;
}

}  // namespace

LogLine read_log_line(std::string_view line) {
  std::string_view rest = line;
  const std::string_view time = take_word(rest);
  const std::string_view level = take_word(rest);
  const bool has_level = std::find(kLevels.begin(), kLevels.end(), level) != kLevels.end();
  if (!has_level || !parse_utc(time)) return {{}, {}, line};
  return {time, level, rest};
}

int severity_of(std::string_view level) {
  return static_cast<int>(std::find(kLevels.begin(), kLevels.end(), level) - kLevels.begin());
}

std::string shown_log_line(const Context& context, const LogLine& line) {
  if (line.time.empty()) return printable(line.text);
  return local_text(context, std::string(line.time)) + ' ' +
         toned(std::string(line.level), tone_of(line.level), context.colour) + ' ' + printable(line.text);
}

}  // namespace governor::ctl
