#include "ctl/demo/ledger.hpp"

#include "tests/support/catch.hpp"

using namespace governor::ctl;

namespace {

Balance balance_of(std::vector<std::int64_t> acknowledged, std::vector<std::int64_t> stored) {
  Account account;
  account.acknowledged = std::move(acknowledged);
  account.stored = std::move(stored);
  return balance(account);
}

}  // namespace

TEST_CASE("an account is settled when both sides hold the same numbers, in any order", "[ctl]") {
  CHECK(balance_of({}, {}).settled());
  CHECK(balance_of({3, 1, 2}, {1, 2, 3}).settled());
}

TEST_CASE("acknowledged and not stored is missing", "[ctl]") {
  CHECK(balance_of({1, 2, 3}, {1, 3}).missing == 1);
  CHECK(balance_of({1, 2, 3}, {1, 3}).doubled == 0);
  // A lost update whose number was given out again.
  CHECK(balance_of({1, 2, 2}, {1, 2}).missing == 1);
}

TEST_CASE("stored and not acknowledged is doubled", "[ctl]") {
  CHECK(balance_of({1, 2}, {1, 2, 3}).doubled == 1);
  CHECK(balance_of({1, 2}, {1, 2, 2}).doubled == 1);
  CHECK(balance_of({1, 2}, {1, 2, 3}).missing == 0);
}

TEST_CASE("decisions are counted as they are acknowledged", "[ctl]") {
  Account account;
  account.acknowledge(1, "approve");
  account.acknowledge(2, "reject");
  account.acknowledge(3, "reject");
  CHECK(account.approved == 1);
  CHECK(account.revised == 0);
  CHECK(account.rejected == 2);
  CHECK(account.acknowledged == std::vector<std::int64_t>{1, 2, 3});
}
