#include "daemon/lifecycle/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/catch.hpp"

using namespace governor::daemon;
namespace json = boost::json;

namespace {

/// 1000000 as `1,000,000`.
std::string grouped(int number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

struct Columns {
  std::string values;    ///< which it may have
  std::string fallback;  ///< which it has else
};

Columns columns_of(const Setting::Integer& integer) {
  const std::string range = integer.highest == INT_MAX
                                ? fmt::format("{} or more", integer.lowest)
                                : fmt::format("{} to {}", grouped(integer.lowest), grouped(integer.highest));
  return {" (" + range + ")", grouped(Options().*integer.place)};
}

Columns columns_of(const Setting::Flag& flag) {
  return {"", Options().*flag.place ? "`true`" : "`false`"};
}

Columns columns_of(const Setting::Choice& choice) {
  return {fmt::format(" (`{}`)", fmt::join(choice.words, "`, `")),
          fmt::format("`{}`", Options().*choice.place)};
}

Columns columns_of(Setting::Set) {
  return {};
}

/// Patterns such as test_* make no text slanted.
std::string without_markup(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '*' || c == '_') plain += '\\';
    plain += c;
  }
  return plain;
}

std::string row_of(const Setting& setting) {
  Columns columns = std::visit([](const auto& kind) { return columns_of(kind); }, setting.kind);
  if (!setting.fallback.empty()) columns.fallback = setting.fallback;
  const std::string more = setting.document.empty() ? "" : fmt::format("; see [{0}]({0})", setting.document);
  return fmt::format("| `{}` | {}{}{} | {} |\n", setting.key, without_markup(setting.description),
                     columns.values, more, columns.fallback);
}

}  // namespace

TEST_CASE("docs/configuration.md has the settings as they are") {
  const std::string path = std::string(GOVERNOR_DOCS_DIR) + "/configuration.md";
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  const std::string text = content.str();
  const std::string heading = "| key | value | default |\n| --- | --- | --- |\n";
  const std::size_t begin = text.find(heading);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find("\n\n", begin);
  REQUIRE(end != std::string::npos);
  std::string expected = text.substr(0, begin) + heading;
  for (const Setting& setting : settings()) expected += row_of(setting);
  expected += text.substr(end + 1);
  if (const char* asked = std::getenv("GOVERNOR_RECORD"); asked != nullptr && std::string(asked) == "all")
    std::ofstream(path) << expected;
  INFO("GOVERNOR_RECORD=all with daemon_unit_test writes it anew");
  CHECK((text == expected || std::getenv("GOVERNOR_RECORD") != nullptr));
}

TEST_CASE("settings stand in the order of their keys, and what is no setting is told with those that are") {
  const auto all = settings();
  CHECK(std::is_sorted(all.begin(), all.end(),
                       [](const Setting& a, const Setting& b) { return a.key < b.key; }));
  Options options;
  const std::string wrong = apply_setting("idle-exit", json::value(1), options).value_or("");
  for (const Setting& setting : all) CHECK(wrong.find(setting.key) != std::string::npos);
}

TEST_CASE("the ends of each number's range are taken, and what is beyond is refused and changes nothing") {
  for (const Setting& setting : settings()) {
    const auto* integer = std::get_if<Setting::Integer>(&setting.kind);
    if (integer == nullptr) continue;
    INFO(setting.key);
    Options options;
    for (const int good : {integer->lowest, integer->highest}) {
      CHECK_FALSE(apply_setting(setting.key, json::value(good), options));
      CHECK(options.*integer->place == good);
    }
    for (const std::int64_t bad : {std::int64_t{integer->lowest} - 1, std::int64_t{integer->highest} + 1}) {
      CHECK(apply_setting(setting.key, json::value(bad), options));
      CHECK(options.*integer->place == integer->highest);
    }
  }
}
