#include "tests/linearizability/task_model.hpp"

#include "tests/linearizability/checker.hpp"
#include "tests/support/catch.hpp"

using namespace governor::linearizability;

namespace {

using Op = Checker<TaskModel>::Op;
using Kind = TaskModel::Input::Kind;
using Standing = TaskModel::Standing;

TaskModel::Output ok(bool created = false) {
  TaskModel::Output output;
  output.created = created;
  return output;
}
TaskModel::Output refused(std::string code) {
  TaskModel::Output output;
  output.code = std::move(code);
  return output;
}
TaskModel::Output shown(Standing standing) {
  TaskModel::Output output;
  output.standing = std::move(standing);
  return output;
}

Op define(int session, std::int64_t sent, std::int64_t answered, TaskModel::Output output,
          std::string definition = "d") {
  return {{Kind::define, session, std::move(definition), {}, {}, 0}, std::move(output), sent, answered};
}
Op claim(int session, std::int64_t sent, std::int64_t answered, TaskModel::Output output) {
  return {{Kind::claim, session, {}, {}, {}, 0}, std::move(output), sent, answered};
}
Op claimed(int session, int number, std::int64_t sent, std::int64_t answered, int progress = 0) {
  return claim(session, sent, answered, shown({"in_progress", progress, number, true, true}));
}
Op update(int session, std::string status, std::optional<int> progress, std::int64_t sent,
          std::int64_t answered, TaskModel::Output output) {
  return {{Kind::update, session, {}, std::move(status), progress, 0}, std::move(output), sent, answered};
}
Op get(int session, Standing standing, std::int64_t sent, std::int64_t answered) {
  return {{Kind::get, session, {}, {}, {}, 0}, shown(std::move(standing)), sent, answered};
}
Op end_of(int session, std::int64_t sent) {
  return {{Kind::end_session, session, {}, {}, {}, 0}, std::nullopt, sent, INT64_MAX};
}
Op end_of_claim(int number, std::int64_t sent) {
  return {{Kind::end_claim, 0, {}, {}, {}, number}, std::nullopt, sent, INT64_MAX};
}

const Op kDefined = define(1, 0, 1, ok(true));

bool fits(std::vector<Op> history) {
  const Finding finding = check<TaskModel>(std::move(history));
  REQUIRE(finding.verdict != Verdict::undecided);
  return finding.verdict == Verdict::linearizable;
}

}  // namespace

TEST_CASE("a task is created by one of those that define it") {
  CHECK(fits({define(1, 0, 5, ok()), define(2, 0, 5, ok(true)), define(3, 0, 5, ok())}));
  CHECK(fits({kDefined, define(2, 2, 3, refused("already_exists"), "other")}));
  CHECK_FALSE(fits({define(1, 0, 5, ok(true)), define(2, 0, 5, ok(true))}));  // created twice
  CHECK_FALSE(fits({define(1, 0, 1, ok()), define(2, 2, 3, ok(true))}));      // there before it was created
  CHECK_FALSE(fits({kDefined, define(2, 2, 3, ok(), "other")}));              // a difference not told
  CHECK_FALSE(fits({kDefined, claim(2, 2, 3, refused("not_found"))}));        // lost
}

TEST_CASE("a task has one owner at a time") {
  CHECK(fits({kDefined, claimed(1, 1, 2, 6), claim(2, 2, 6, refused("conflict"))}));
  CHECK(fits({kDefined, claimed(1, 1, 2, 3), claimed(1, 1, 4, 5)}));
  CHECK_FALSE(fits({kDefined, claimed(1, 1, 2, 6), claimed(2, 1, 2, 6)}));  // two owners at once
  CHECK_FALSE(fits({kDefined, claimed(1, 1, 2, 6), claimed(2, 2, 2, 6)}));
  CHECK_FALSE(fits({kDefined, claim(2, 2, 3, refused("conflict")), claimed(1, 1, 4, 5)}));  // nobody had it
  CHECK_FALSE(fits({kDefined, claimed(1, 1, 2, 3),
                    update(2, "done", {}, 4, 5, shown({"done", 100, 1, false, false}))}));  // not its owner
}

TEST_CASE("an update that was acknowledged is seen by all that come after it") {
  const auto progress = [](int value, std::int64_t sent, std::int64_t answered) {
    return update(1, "", value, sent, answered, shown({"in_progress", value, 1, true, true}));
  };
  const std::vector<Op> worked{kDefined, claimed(1, 1, 2, 3), progress(40, 4, 5), progress(70, 6, 7)};
  const auto then_seen = [&](int value, std::int64_t sent) {
    std::vector<Op> history = worked;
    history.push_back(get(2, {"in_progress", value, 1, true, false}, sent, 9));
    return fits(std::move(history));
  };
  CHECK(then_seen(70, 8));
  CHECK(then_seen(70, 6));
  CHECK(then_seen(40, 6));
  CHECK_FALSE(then_seen(40, 8));  // a lost update, or a stale read
  CHECK_FALSE(then_seen(0, 6));
}

TEST_CASE("a finished task is finished, unless somebody opens it again") {
  const Op done = update(1, "done", {}, 4, 5, shown({"done", 100, 1, false, false}));
  CHECK(fits({kDefined, claimed(1, 1, 2, 3), done, claim(2, 6, 7, refused("conflict"))}));
  CHECK_FALSE(fits({kDefined, claimed(1, 1, 2, 3), done, claimed(2, 2, 6, 7, 100)}));
  CHECK(fits({kDefined, claimed(1, 1, 2, 3), done,
              update(2, "pending", {}, 6, 7, shown({"pending", 0, 1, false, false})), claimed(2, 2, 8, 9)}));
  CHECK_FALSE(fits({kDefined, claimed(1, 1, 2, 3), done,
                    update(2, "blocked", {}, 6, 7, shown({"blocked", 100, 1, false, false}))}));
}

TEST_CASE("a claim ends with its session or with its time, and not before") {
  CHECK(fits({kDefined, claimed(1, 1, 2, 3), end_of(1, 10), claimed(2, 2, 11, 12)}));
  CHECK(fits({kDefined, claimed(1, 1, 2, 3), end_of(1, 10), claim(2, 11, 12, refused("conflict")),
              claimed(2, 2, 13, 14)}));
  CHECK_FALSE(fits({kDefined, claimed(1, 1, 2, 3), end_of(1, 10), claimed(2, 2, 4, 5)}));
  CHECK_FALSE(fits({kDefined, claimed(1, 1, 2, 3), end_of(3, 4), claimed(2, 2, 5, 6)}));  // another's session
  CHECK(fits({kDefined, claimed(1, 1, 2, 3), end_of_claim(1, 10), claimed(2, 2, 11, 12)}));
  CHECK_FALSE(fits({kDefined, claimed(1, 1, 2, 3), end_of_claim(1, 10), claimed(2, 2, 11, 12),
                    claimed(3, 3, 13, 14)}));  // the end of the first is not that of the second
}

TEST_CASE("a claim without an answer may have been granted or not") {
  const Op lost{{Kind::claim, 1, {}, {}, {}, 0}, std::nullopt, 2, INT64_MAX};
  CHECK(fits({kDefined, lost, claim(2, 3, 4, refused("conflict"))}));
  CHECK(fits({kDefined, lost, claimed(2, 1, 3, 4)}));
  CHECK(fits({kDefined, lost, end_of(1, 5), claim(2, 6, 7, refused("conflict")), claimed(2, 2, 8, 9)}));
  CHECK_FALSE(fits({kDefined, lost, claimed(2, 2, 3, 4)}));  // where should the first claim have gone
}
