#include "text/lines.hpp"

#include "tests/support/catch.hpp"

using governor::text::lines_of;
using Lines = std::vector<std::string_view>;

TEST_CASE("a text is split into its lines, the last one without an end as well") {
  CHECK(lines_of("").empty());
  CHECK(lines_of("a") == Lines{"a"});
  CHECK(lines_of("a\n") == Lines{"a"});
  CHECK(lines_of("a\n\nb") == Lines{"a", "", "b"});
  CHECK(lines_of("\n") == Lines{""});
}
