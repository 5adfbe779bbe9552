#include "ipc/build_info.hpp"

#include "tests/support/catch.hpp"

using namespace governor::ipc;

TEST_CASE("builds are ordered by version, then by time") {
  CHECK(compare_builds("0.1.0+5.a", "0.1.0+5.b") == 0);
  CHECK(compare_builds("0.1.0+5.a", "0.1.0+6.a") < 0);
  CHECK(compare_builds("0.1.0+10.a", "0.1.0+9.a") > 0);
  CHECK(compare_builds("0.2.0+1.a", "0.1.9+9.a") > 0);
  CHECK(compare_builds("0.10.0+1.a", "0.9.0+1.a") > 0);
  CHECK(compare_builds("1.0.0+1.a", "0.99.99+9.a") > 0);
}

TEST_CASE("a build that cannot be parsed is never newer") {
  for (const char* odd : {"", "x", "0.1.0", "0.1+5.a", "0.1.0+5", "0.1.0+.a", "-1.0.0+5.a", "1.2.3-rc+5.a"}) {
    CHECK(compare_builds(odd, "0.0.0+0.a") < 0);
    CHECK(compare_builds("0.0.0+0.a", odd) > 0);
    CHECK(compare_builds(odd, "odd") == 0);
  }
}

TEST_CASE("this build's id can be compared") {
  CHECK(compare_builds(build_id(), "0.0.0+0.a") > 0);
  CHECK(build_id().starts_with(version()));
}
