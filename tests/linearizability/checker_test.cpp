// The search itself, on the smallest thing there is: a register that is written and read.
#include "tests/linearizability/checker.hpp"

#include "tests/support/catch.hpp"

using namespace governor::linearizability;

namespace {

struct Register {
  struct Input {
    bool write = false;
    int value = 0;
  };
  using Output = int;  ///< what was read; 0 of a write
  using State = int;

  static State initial() { return 0; }
  static std::vector<State> step(State state, const Input& input, const Output* output) {
    if (input.write) return {input.value};
    if (output != nullptr && *output != state) return {};
    return {state};
  }
  static bool only_looks(const Input& input, Output) { return !input.write; }
  static std::string key(State state) { return std::to_string(state); }
  static std::string describe(const Input& input, const Output* output) {
    if (input.write) return "write " + std::to_string(input.value);
    return "read " + (output == nullptr ? std::string("?") : std::to_string(*output));
  }
};
using Op = Checker<Register>::Op;

Op wrote(int value, std::int64_t sent, std::int64_t answered) {
  return {{true, value}, 0, sent, answered};
}
Op read_back(int value, std::int64_t sent, std::int64_t answered) {
  return {{false, 0}, value, sent, answered};
}
Op lost(int value, std::int64_t sent) {
  return {{true, value}, std::nullopt, sent, INT64_MAX};
}

bool fits(std::vector<Op> history) {
  const Finding finding = check<Register>(std::move(history));
  INFO(finding.explanation);
  CHECK((finding.verdict == Verdict::linearizable) == finding.explanation.empty());
  return finding.verdict == Verdict::linearizable;
}

}  // namespace

TEST_CASE("what happened one after the other must be in that order") {
  CHECK(fits({}));
  CHECK(fits({wrote(1, 0, 1), read_back(1, 2, 3), wrote(2, 4, 5), read_back(2, 6, 7)}));
  CHECK_FALSE(fits({wrote(1, 0, 1), wrote(2, 2, 3), read_back(1, 4, 5)}));  // a stale read
  CHECK_FALSE(fits({read_back(1, 0, 1), wrote(1, 2, 3)}));                  // from the future
}

TEST_CASE("what overlaps may be in either order, but in one") {
  CHECK(fits({wrote(1, 0, 10), read_back(0, 1, 2), read_back(1, 3, 4)}));
  CHECK(fits({wrote(1, 0, 10), wrote(2, 0, 10), read_back(1, 11, 12)}));
  CHECK(fits({wrote(1, 0, 10), wrote(2, 0, 10), read_back(2, 11, 12)}));
  CHECK_FALSE(fits({wrote(1, 0, 10), read_back(1, 1, 2), read_back(0, 3, 4)}));  // back again
  CHECK_FALSE(fits({wrote(1, 0, 10), wrote(2, 0, 10), read_back(1, 11, 12), read_back(2, 13, 14)}));
}

TEST_CASE("an operation that begins as another ends may come before it") {
  CHECK(fits({wrote(1, 0, 5), read_back(0, 5, 6)}));
  CHECK_FALSE(fits({wrote(1, 0, 5), read_back(0, 6, 7)}));
}

TEST_CASE("what was never answered may have happened, at any time since, once, or not") {
  CHECK(fits({lost(1, 0), read_back(0, 1, 2)}));
  CHECK(fits({lost(1, 0), read_back(1, 1, 2)}));
  CHECK(fits({lost(1, 0), read_back(0, 1, 2), read_back(0, 3, 4), read_back(1, 100, 101)}));
  CHECK_FALSE(fits({lost(1, 0), read_back(1, 1, 2), read_back(0, 3, 4)}));
  CHECK_FALSE(fits({lost(1, 5), read_back(1, 1, 2)}));  // before it was sent
  CHECK_FALSE(fits({lost(1, 0), read_back(1, 1, 2), wrote(2, 3, 4), read_back(1, 5, 6)}));  // twice
}

TEST_CASE("what happened surely but was answered at no time must have its place") {
  const Op surely{{true, 1}, 0, 0, INT64_MAX};
  CHECK(fits({surely, read_back(0, 1, 2), read_back(1, 3, 4)}));
  CHECK(fits({surely, read_back(0, 1, 2)}));  // it may come last
}

TEST_CASE("the explanation shows where no order goes on") {
  const Finding finding = check<Register>({wrote(1, 0, 1), wrote(2, 2, 3), read_back(1, 4, 5), lost(9, 4)});
  CHECK(finding.verdict == Verdict::not_linearizable);
  CHECK(finding.explanation.find("after 2 of 3") != std::string::npos);
  CHECK(finding.explanation.find("read 1 at 4 to 5") != std::string::npos);
  CHECK(finding.explanation.find("without an answer: write 9") != std::string::npos);
}

TEST_CASE("a search that gets too long says so and does not pretend") {
  std::vector<Op> history;
  for (int i = 1; i <= 24; ++i) history.push_back(wrote(i, 0, 100));
  history.push_back(read_back(99, 200, 201));
  CHECK(Checker<Register>(history, 1000).check().verdict == Verdict::undecided);
}

TEST_CASE("a long history with many at once takes no time to speak of") {
  std::vector<Op> history;
  for (int i = 0; i < 20'000; ++i) {
    history.push_back(i % 3 == 0 ? wrote(i, i * 10, i * 10 + 9) : read_back(i / 3 * 3, i * 10, i * 10 + 9));
  }
  CHECK(fits(std::move(history)));
}
