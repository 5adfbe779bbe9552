#include "core/test_output.hpp"

#include "tests/support/catch.hpp"

using governor::core::read_test_output;

TEST_CASE("The counts of a test run are read from its summary") {
  struct Case {
    const char* output;
    unsigned passed;
    unsigned failed;
  };
  const Case cases[] = {
      {"===== 3 failed, 5 passed, 1 skipped in 0.12s =====\n", 5, 3},
      {"===== 5 passed, 2 warnings in 0.1s =====", 5, 0},
      {"\x1b[31m=== \x1b[1m1 failed\x1b[0m, \x1b[32m2 passed\x1b[0m in 1.2s ===\x1b[0m", 2, 1},
      {"5 passed in 0.01s", 5, 0},
      {"=== 1 error in 0.3s ===", 0, 1},
      {"Ran 12 tests in 0.3s\n\nOK\n", 12, 0},
      {"Ran 12 tests in 0.3s\n\nFAILED (failures=2, errors=1)\n", 9, 3},
      {"92% tests passed, 4 tests failed out of 50\n\nTotal Test time (real) = 3 sec", 46, 4},
      {"100% tests passed, 0 tests failed out of 50", 50, 0},
      {"--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL", 1, 1},
      {"test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: FAILED. 1 passed; 2 failed;", 4, 2},
      {"Test Suites: 1 failed, 1 passed, 2 total\nTests:       1 failed, 5 passed, 6 total\nTime: 1 s", 5, 1},
      {"Tests:       5 passed, 5 total\nSnapshots:   0 total", 5, 0},
      {" Test Files  1 passed (1)\n      Tests  5 passed (5)\n", 5, 0},
      {"  5 passing (20ms)\n  1 failing\n\n  1) it fails", 5, 1},
      {"  5 passing (20ms)\n", 5, 0},
      {"# tests 6\n# pass 5\n# fail 1\n# cancelled 0", 5, 1},
      {"Tests run: 12, Failures: 1, Errors: 1, Skipped: 2\nBUILD FAILURE", 8, 2},
      {"12 tests completed, 1 failed", 11, 1},
      {"10 examples, 2 failures", 8, 2},
      {"OK (5 tests, 10 assertions)", 5, 0},
      {"Tests: 5, Assertions: 10, Failures: 1.", 4, 1},
      {"Failed!  - Failed:     1, Passed:     4, Skipped:     0, Total:     5", 4, 1},
      {"tests finished: 25 passed, 1 failed, in 0.3 seconds", 25, 1},
  };
  for (const Case& each : cases) {
    INFO(each.output);
    const auto counts = read_test_output(each.output);
    REQUIRE(counts);
    CHECK(counts->passed == each.passed);
    CHECK(counts->failed == each.failed);
  }
}

TEST_CASE("Where there is no summary nothing is made up") {
  for (const char* output : {"", "ok", "connection failed", "passed", "2 files", "ERROR: file not found",
                             "error: 3 failed attempts", "command not found: pytest"}) {
    INFO(output);
    CHECK_FALSE(read_test_output(output));
  }
}
