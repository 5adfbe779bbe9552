// Histories of a task that behaves, made at random, and the same ones with one answer told wrong.
#include <algorithm>
#include <random>

#include "tests/linearizability/checker.hpp"
#include "tests/linearizability/task_model.hpp"
#include "tests/support/catch.hpp"

using namespace governor::linearizability;

namespace {

using Op = Checker<TaskModel>::Op;
using Kind = TaskModel::Input::Kind;

constexpr int kClients = 6;

TaskModel::Input any_input(std::mt19937& random, int session) {
  TaskModel::Input input;
  input.session = session;
  switch (random() % 8) {
    case 0:
      input.kind = Kind::define;
      input.definition = random() % 4 == 0 ? "other" : "d";
      break;
    case 1:
    case 2: input.kind = Kind::claim; break;
    case 3:
      input.kind = Kind::update;
      input.status = random() % 2 == 0 ? "pending" : "done";
      break;
    case 4:
    case 5:
      input.kind = Kind::update;
      input.progress = static_cast<int>(random() % 100);
      break;
    default: input.kind = Kind::get; break;
  }
  return input;
}

/// The answer that the model itself would accept, found by trying those there are.
TaskModel::Output answer_of(const TaskModel::State& state, const TaskModel::Input& input) {
  TaskModel::Output output;
  for (const char* code : {"", "already_exists", "conflict", "not_owner", "not_found"}) {
    output = {};
    output.code = code;
    for (const bool created : {false, true}) {
      output.created = created;
      if (!TaskModel::step(state, input, &output).empty()) return output;
    }
  }
  output = {};
  const auto next = TaskModel::step(state, input, nullptr).front();
  output.standing = TaskModel::Standing{next.status, next.progress, next.claims, next.owner != 0,
                                        next.owner == input.session};
  return output;
}

/// Each client asks again as soon as it is answered; every operation takes effect somewhere in between.
std::vector<Op> simulate(std::mt19937& random, int operations) {
  struct Planned {
    Op op;
    std::int64_t effect;
  };
  std::vector<Planned> planned;
  for (int client = 1; client <= kClients; ++client) {
    std::int64_t now = static_cast<std::int64_t>(random() % 20);
    for (int i = 0; i < operations / kClients; ++i) {
      const std::int64_t effect = now + 1 + static_cast<std::int64_t>(random() % 40);
      const std::int64_t answered = effect + 1 + static_cast<std::int64_t>(random() % 40);
      planned.push_back({{any_input(random, client), std::nullopt, now, answered}, effect});
      now = answered + 1 + static_cast<std::int64_t>(random() % 10);
    }
  }
  std::stable_sort(planned.begin(), planned.end(),
                   [](const Planned& a, const Planned& b) { return a.effect < b.effect; });
  TaskModel::State state = TaskModel::initial();
  std::vector<Op> history;
  for (Planned& plan : planned) {
    const TaskModel::Output output = answer_of(state, plan.op.input);
    state = TaskModel::step(state, plan.op.input, &output).front();
    if (random() % 40 == 0) {
      plan.op.answered = INT64_MAX;  // its client is gone before the answer
    } else {
      plan.op.output = output;
    }
    history.push_back(std::move(plan.op));
  }
  return history;
}

}  // namespace

TEST_CASE("whatever a task that behaves answers is linearizable") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const Finding finding = check<TaskModel>(simulate(random, 150));
    INFO(finding.explanation);
    CHECK(finding.verdict == Verdict::linearizable);
  }
}

TEST_CASE("one wrong answer among hundreds is found") {
  int found = 0;
  int tried = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<Op> history = simulate(random, 150);
    // A progress that nobody has set.
    const auto wrong = std::find_if(history.begin() + 60, history.end(), [](const Op& op) {
      return op.output && op.output->standing && op.input.kind == Kind::get;
    });
    if (wrong == history.end()) continue;
    wrong->output->standing->progress = 1000;
    ++tried;
    if (check<TaskModel>(std::move(history)).verdict == Verdict::not_linearizable) ++found;
  }
  CHECK(tried > 15);
  CHECK(found == tried);
}

TEST_CASE("a second creation, a second owner and a lost claim are found among hundreds of answers") {
  int tried = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::vector<Op> good = simulate(random, 150);
    const auto tell_wrong = [&](auto applies, auto change) {
      std::vector<Op> history = good;
      const auto wrong = std::find_if(history.begin() + 60, history.end(), applies);
      if (wrong == history.end()) return;
      change(*wrong->output);
      ++tried;
      CHECK(check<TaskModel>(std::move(history)).verdict == Verdict::not_linearizable);
    };
    tell_wrong(
        [](const Op& op) { return op.output && op.input.kind == Kind::define && op.output->code.empty(); },
        [](TaskModel::Output& output) { output.created = true; });
    tell_wrong([](const Op& op) { return op.output && op.input.kind == Kind::claim && op.output->standing; },
               [](TaskModel::Output& output) { output.standing->claims += 100; });
    tell_wrong([](const Op& op) { return op.output && op.input.kind == Kind::get && op.output->standing; },
               [](TaskModel::Output& output) { output.code = "not_found", output.standing.reset(); });
  }
  CHECK(tried > 40);
}
