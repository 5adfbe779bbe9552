#include <deque>

#include "core/governance_state.hpp"
#include "tests/support/catch.hpp"

using governor::core::VoidWindow;

TEST_CASE("the void window keeps the last 100 values, oldest first, however often it wraps") {
  VoidWindow window;
  std::deque<double> expected;
  for (int i = 0; i < 350; ++i) {
    window.push(i);
    expected.push_back(i);
    if (expected.size() > VoidWindow::kCapacity) expected.pop_front();
    REQUIRE(window.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) REQUIRE(window[k] == expected[k]);
  }
}

TEST_CASE("an empty void window has no values") {
  CHECK(VoidWindow().size() == 0);
}
