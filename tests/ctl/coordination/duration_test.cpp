#include "ipc/duration.hpp"

#include <CLI/CLI.hpp>

#include "ctl/duration_option.hpp"
#include "tests/support/catch.hpp"

using governor::ipc::parse_duration;

TEST_CASE("times are said with a unit", "[ctl]") {
  CHECK(parse_duration("90s") == 90);
  CHECK(parse_duration("15m") == 900);
  CHECK(parse_duration("15min") == 900);
  CHECK(parse_duration("2h") == 7200);
  CHECK(parse_duration("1d") == 86'400);
  CHECK(parse_duration("0") == 0);
  for (const char* wrong : {"", "m", "15", "90", "-1", "1.5h", "1 h", "1w", "367d", "99999999999999999999"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong).has_value());
  }
}

TEST_CASE("an option of seconds takes times with a unit, within its limits", "[ctl]") {
  std::int64_t seconds = 0;
  const auto parse = [&](const char* typed) {
    CLI::App app;
    governor::ctl::takes_durations(app.add_option("--for", seconds))->check(CLI::Range(0, 3600));
    app.parse(std::vector<std::string>{typed, "--for"});
  };
  parse("15m");
  CHECK(seconds == 900);
  parse("90");
  CHECK(seconds == 90);
  CHECK_THROWS(parse("2h"));
  CHECK_THROWS(parse("soon"));
}
