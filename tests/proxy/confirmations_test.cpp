#include "proxy/confirmations.hpp"

#include "tests/support/catch.hpp"

using governor::proxy::Confirmations;

namespace {

std::string line(const std::string& below, const std::string& also) {
  return R"({"jsonrpc":"2.0","method":"governor/answered","params":{"below":)" + below + R"(,"also":[)" +
         also + "]}}\n";
}

}  // namespace

TEST_CASE("a confirmation is due after 64 answers") {
  Confirmations confirmations;
  for (std::uint64_t n = 1; n < 64; ++n) confirmations.answered(n);
  CHECK_FALSE(confirmations.due());
  confirmations.answered(64);
  CHECK(confirmations.due());
  CHECK(confirmations.confirm_new(65) == line("65", ""));
  CHECK_FALSE(confirmations.due());
}

TEST_CASE("answers beyond an old unanswered line are listed once, and all again after a reconnection") {
  Confirmations confirmations;
  for (const std::uint64_t n : {1U, 3U, 5U}) confirmations.answered(n);
  CHECK(confirmations.confirm_new(2) == line("2", "3,5"));
  confirmations.answered(4);
  CHECK(confirmations.confirm_new(2) == line("2", "4"));
  CHECK(confirmations.confirm_all(2) == line("2", "3,5,4"));
  CHECK(confirmations.confirm_all(6) == line("6", ""));
}

TEST_CASE("nothing is confirmed before there was an answer") {
  Confirmations confirmations;
  CHECK(confirmations.confirm_all(1).empty());
}

TEST_CASE("a line that stays unanswered for long does not make the memory grow") {
  Confirmations confirmations;
  for (std::uint64_t n = 2; n < 100000; ++n) {
    confirmations.answered(n);
    if (confirmations.due()) confirmations.confirm_new(1);
  }
  CHECK(confirmations.confirm_all(1).size() < 6 * Confirmations::kRemembered + 100);
}
