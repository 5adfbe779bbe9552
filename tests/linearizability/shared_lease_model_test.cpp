#include "tests/linearizability/shared_lease_model.hpp"

#include "tests/linearizability/checker.hpp"
#include "tests/support/catch.hpp"

using namespace governor::linearizability;

namespace {

using SharedOp = Checker<SharedLeaseModel>::Op;
using SharedKind = SharedLeaseModel::Input::Kind;

SharedOp did(SharedKind kind, std::uint64_t fence, std::int64_t sent, std::int64_t answered) {
  return {{kind, fence, ""}, SharedLeaseModel::Output{}, sent, answered};
}
SharedOp may_end(std::uint64_t fence, std::int64_t from) {
  return {{SharedKind::end, fence, ""}, std::nullopt, from, INT64_MAX};
}
Verdict verdict_on(std::vector<SharedOp> history) {
  return check<SharedLeaseModel>(std::move(history)).verdict;
}

}  // namespace

TEST_CASE("leases that follow each other, with what is written under them") {
  CHECK(verdict_on({did(SharedKind::grant, 1, 0, 10), did(SharedKind::write, 1, 11, 20),
                    did(SharedKind::release, 1, 21, 40), did(SharedKind::grant, 2, 15, 35),
                    did(SharedKind::write, 2, 36, 45)}) == Verdict::linearizable);
}

TEST_CASE("a grant beside another one") {
  CHECK(verdict_on({did(SharedKind::grant, 1, 0, 10), did(SharedKind::grant, 2, 20, 30),
                    did(SharedKind::release, 1, 40, 50)}) == Verdict::not_linearizable);
}

TEST_CASE("a lease that may have been lost makes room, but not before") {
  CHECK(verdict_on({did(SharedKind::grant, 1, 0, 10), may_end(1, 15), did(SharedKind::grant, 2, 20, 30)}) ==
        Verdict::linearizable);
  CHECK(verdict_on({did(SharedKind::grant, 1, 0, 10), may_end(1, 35), did(SharedKind::grant, 2, 20, 30)}) ==
        Verdict::not_linearizable);
}

TEST_CASE("a write under a lease after another one was granted") {
  CHECK(verdict_on({did(SharedKind::grant, 1, 0, 10), may_end(1, 15), did(SharedKind::grant, 2, 20, 30),
                    did(SharedKind::write, 1, 31, 40)}) == Verdict::not_linearizable);
}

TEST_CASE("a fence that goes back") {
  CHECK(verdict_on({did(SharedKind::grant, 2, 0, 10), did(SharedKind::release, 2, 11, 20),
                    did(SharedKind::grant, 1, 30, 40)}) == Verdict::not_linearizable);
}
