#include "tests/linearizability/lease_model.hpp"

#include "tests/linearizability/checker.hpp"
#include "tests/support/catch.hpp"

using namespace governor::linearizability;

namespace {

using Op = Checker<LeaseModel>::Op;
using Kind = LeaseModel::Input::Kind;

enum Mode { exclusive, shared };

Op request(int session, Mode mode, LeaseModel::Output output, std::int64_t sent, std::int64_t answered) {
  LeaseModel::Input input;
  input.kind = Kind::request;
  input.session = session;
  input.shared = mode == shared;
  return {input, std::move(output), sent, answered};
}
/// Leases are numbered as their fences, to be read easily.
Op granted(int session, Mode mode, int lease, std::int64_t sent, std::int64_t answered, bool created = true) {
  LeaseModel::Output output;
  output.granted = true;
  output.created = created;
  output.lease = lease;
  output.fence = static_cast<std::uint64_t>(lease);
  return request(session, mode, output, sent, answered);
}
Op held(int session, Mode mode, std::set<std::int64_t> by, std::int64_t sent, std::int64_t answered) {
  LeaseModel::Output output;
  output.holders = std::move(by);
  return request(session, mode, output, sent, answered);
}
Op on_lease(Kind kind, int session, int lease, std::string code, std::int64_t sent, std::int64_t answered) {
  LeaseModel::Input input;
  input.kind = kind;
  input.session = session;
  input.lease = lease;
  LeaseModel::Output output;
  output.code = std::move(code);
  return {input, output, sent, answered};
}
Op release(int session, int lease, std::int64_t sent, std::int64_t answered, std::string code = {}) {
  return on_lease(Kind::release, session, lease, std::move(code), sent, answered);
}
Op renew(int session, int lease, std::int64_t sent, std::int64_t answered, std::string code = {}) {
  return on_lease(Kind::renew, session, lease, std::move(code), sent, answered);
}
Op look(int session, std::set<std::int64_t> holders, std::int64_t sent, std::int64_t answered) {
  Op op = on_lease(Kind::look, session, 0, {}, sent, answered);
  op.output->holders = std::move(holders);
  return op;
}
Op end_of_session(int session, std::int64_t sent) {
  Op op = on_lease(Kind::end_session, session, 0, {}, sent, INT64_MAX);
  op.output.reset();
  return op;
}
Op end_of_lease(int lease, std::int64_t sent) {
  Op op = on_lease(Kind::end_lease, 0, lease, {}, sent, INT64_MAX);
  op.output.reset();
  return op;
}

bool fits(std::vector<Op> history) {
  const Finding finding = check<LeaseModel>(std::move(history));
  REQUIRE(finding.verdict != Verdict::undecided);
  return finding.verdict == Verdict::linearizable;
}

}  // namespace

TEST_CASE("an exclusive lease has one holder, and the others are told which") {
  CHECK(fits({granted(1, exclusive, 1, 0, 5), held(2, exclusive, {1}, 0, 5)}));
  CHECK(fits({granted(1, exclusive, 1, 0, 1), release(1, 1, 2, 3), granted(2, exclusive, 2, 2, 4)}));
  CHECK_FALSE(fits({granted(1, exclusive, 1, 0, 5), granted(2, exclusive, 2, 0, 5)}));  // two owners at once
  CHECK_FALSE(fits({granted(1, exclusive, 1, 0, 1), granted(2, shared, 2, 2, 3), release(1, 1, 4, 5)}));
  CHECK_FALSE(fits({held(2, exclusive, {1}, 0, 1), granted(1, exclusive, 1, 2, 3)}));  // nobody held it
  CHECK_FALSE(fits({granted(1, exclusive, 1, 0, 1), held(2, exclusive, {7}, 2, 3)}));  // told of another
  CHECK_FALSE(fits({held(2, exclusive, {}, 0, 1)}));
}

TEST_CASE("shared leases go together, and none with an exclusive one of another") {
  CHECK(fits({granted(1, shared, 1, 0, 1), granted(2, shared, 2, 2, 3), held(3, exclusive, {1, 2}, 4, 5),
              release(1, 1, 6, 7), held(3, exclusive, {2}, 8, 9), release(2, 2, 10, 11),
              granted(3, exclusive, 3, 12, 13)}));
  CHECK_FALSE(
      fits({granted(1, shared, 1, 0, 1), granted(2, shared, 2, 2, 3), held(3, exclusive, {2}, 4, 5)}));
  CHECK_FALSE(fits({granted(1, shared, 1, 0, 1), granted(2, exclusive, 2, 2, 3)}));
  CHECK(fits({granted(1, shared, 1, 0, 1), granted(1, exclusive, 2, 2, 3)}));  // nobody is in his own way
}

TEST_CASE("fencing numbers only grow") {
  CHECK(fits({granted(1, exclusive, 4, 0, 1), release(1, 4, 2, 3), granted(2, exclusive, 9, 4, 5)}));
  CHECK_FALSE(fits({granted(1, exclusive, 9, 0, 1), release(1, 9, 2, 3), granted(2, exclusive, 4, 4, 5)}));
  Op same_fence = granted(2, exclusive, 9, 4, 5);
  same_fence.output->lease = 10;
  CHECK_FALSE(fits({granted(1, exclusive, 9, 0, 1), release(1, 9, 2, 3), same_fence}));
}

TEST_CASE("a number is given to one lease once") {
  CHECK_FALSE(fits({granted(1, shared, 1, 0, 1), granted(2, shared, 1, 2, 3)}));
  CHECK_FALSE(fits({granted(1, shared, 1, 0, 1), release(1, 1, 2, 3), granted(1, shared, 1, 4, 5)}));
  CHECK(fits({granted(1, exclusive, 1, 0, 1), granted(1, exclusive, 1, 2, 3, false)}));
  CHECK(fits({granted(1, exclusive, 1, 0, 1), granted(1, shared, 1, 2, 3, false)}));
  CHECK_FALSE(fits({granted(1, shared, 1, 0, 1), granted(1, exclusive, 1, 2, 3, false)}));  // it is less
  CHECK_FALSE(
      fits({granted(1, exclusive, 1, 0, 1), release(1, 1, 2, 3), granted(1, exclusive, 1, 4, 5, false)}));
}

TEST_CASE("a lease is its holder's to release and to renew, as long as it lasts") {
  const Op first = granted(1, exclusive, 1, 0, 1);
  CHECK(fits({first, renew(1, 1, 2, 3), release(1, 1, 4, 5), release(1, 1, 6, 7)}));
  CHECK(fits({first, renew(2, 1, 2, 3, "not_owner"), release(2, 1, 4, 5, "not_owner")}));
  CHECK(fits({first, release(1, 1, 2, 3), renew(1, 1, 4, 5, "conflict"), release(2, 1, 4, 5, "conflict")}));
  CHECK(fits({renew(1, 1, 0, 1, "not_found"), granted(1, exclusive, 1, 2, 3)}));
  CHECK_FALSE(fits({first, renew(1, 1, 2, 3, "conflict")}));           // ended for no reason
  CHECK_FALSE(fits({first, release(1, 1, 2, 3), renew(1, 1, 4, 5)}));  // renewed after its end
  CHECK_FALSE(fits({first, release(2, 1, 2, 3)}));
}

TEST_CASE("who looks sees what holds at that moment") {
  const Op first = granted(1, exclusive, 1, 0, 1);
  CHECK(fits({first, look(2, {1}, 2, 3), look(1, {}, 2, 3), release(1, 1, 4, 8), look(2, {1}, 5, 6)}));
  CHECK_FALSE(fits({first, look(2, {}, 2, 3)}));                        // a stale read
  CHECK_FALSE(fits({first, release(1, 1, 4, 5), look(2, {1}, 6, 7)}));  // likewise
  CHECK_FALSE(fits({first, release(1, 1, 4, 8), look(2, {}, 5, 6), look(2, {1}, 7, 8)}));
}

TEST_CASE("a lease ends by itself with its session or its time, and not before") {
  const Op first = granted(1, exclusive, 1, 0, 1);
  CHECK(fits(
      {first, end_of_session(1, 10), held(2, exclusive, {1}, 11, 12), granted(2, exclusive, 2, 13, 14)}));
  CHECK_FALSE(fits({first, end_of_session(1, 10), granted(2, exclusive, 2, 8, 9)}));
  CHECK_FALSE(fits({first, end_of_session(3, 2), granted(2, exclusive, 2, 8, 9)}));
  CHECK(
      fits({first, end_of_lease(1, 10), granted(2, exclusive, 2, 11, 12), renew(1, 1, 13, 14, "conflict")}));
  CHECK_FALSE(fits({first, end_of_lease(1, 10), granted(2, exclusive, 2, 11, 12), renew(1, 1, 13, 14)}));
}

TEST_CASE("in a queue, waiting ones may be in the way of others") {
  Op behind = held(3, exclusive, {}, 4, 5);
  CHECK_FALSE(fits({granted(1, exclusive, 1, 0, 1), release(1, 1, 2, 3), behind}));
  behind.input.may_queue = true;
  CHECK(fits({granted(1, exclusive, 1, 0, 1), release(1, 1, 2, 3), behind, granted(2, exclusive, 2, 0, 9)}));
}

TEST_CASE("a grant that nobody was told of is in the way all the same") {
  Op untold = granted(1, exclusive, 1, 2, INT64_MAX);
  CHECK(fits({untold, held(2, exclusive, {1}, 3, 4), end_of_session(1, 5), granted(2, exclusive, 2, 6, 7)}));
  CHECK_FALSE(fits({untold, held(2, exclusive, {1}, 0, 1)}));
}
