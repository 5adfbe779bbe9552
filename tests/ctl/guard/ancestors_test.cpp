#include "ctl/guard/ancestors.hpp"

#include <unistd.h>

#include <algorithm>

#include "tests/support/catch.hpp"

using governor::ctl::ancestors;

TEST_CASE("the ancestors begin with the parent and end before process 1", "[guard]") {
  const auto found = ancestors();
  REQUIRE_FALSE(found.empty());
  CHECK(found.front() == ::getppid());
  CHECK(found.size() <= 8);
  CHECK(std::find(found.begin(), found.end(), 1) == found.end());
  CHECK(std::find(found.begin(), found.end(), ::getpid()) == found.end());
}

TEST_CASE("no more ancestors are looked for than asked", "[guard]") {
  CHECK(ancestors(1).size() == 1);
  CHECK(ancestors(0).empty());
}
