#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace governor::core {

struct TestCounts {
  std::uint32_t passed = 0;
  std::uint32_t failed = 0;
};

/// How many tests passed and failed, from the end of what their run has put out (the last few KiB): the
/// summaries of pytest, unittest, ctest, cargo, jest, vitest, mocha, node, maven, gradle, rspec, phpunit and
/// dotnet, and the lines of `go test -v`. None where there is no summary.
std::optional<TestCounts> read_test_output(std::string_view tail);

}  // namespace governor::core
