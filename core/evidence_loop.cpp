#include "core/evidence_loop.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "core/rewrite_loop.hpp"

namespace governor::core {
namespace {

constexpr std::size_t kRounds = RewriteWatch::kReturns;
constexpr std::int64_t kMinutes = RewriteWatch::kWindowUs / 60'000'000;

/// To look twice, and to ask the network or git again, is no going round: the answer may be another.
bool makes_something(const WorkStep& step) {
  return step.tool && step.command != 0 &&
         (step.tool_class == ToolClass::run || step.tool_class == ToolClass::test);
}

/// How often the newest command was there before, within the window and since anything changed.
std::size_t rounds_of_command(const Behaviour& behaviour) {
  const WorkStep& newest = behaviour.steps().back();
  if (!makes_something(newest) || newest.edit) return 0;
  std::size_t rounds = 0;
  for (const WorkStep& step : behaviour.newest_first()) {
    if (&step == &newest) continue;
    if (step.time_us <= newest.time_us - RewriteWatch::kWindowUs || step.edit) break;
    rounds += step.command == newest.command ? 1 : 0;
  }
  return rounds;
}

/// How often the file of the newest step came back to what it was.
std::size_t rounds_of_file(const Behaviour& behaviour) {
  const WorkStep& newest = behaviour.steps().back();
  if (!newest.circle || newest.file == 0) return 0;
  std::size_t rounds = 0;
  for (const WorkStep& step : behaviour.newest_first()) {
    if (step.time_us <= newest.time_us - RewriteWatch::kWindowUs) break;
    rounds += step.file == newest.file && step.circle ? 1 : 0;
  }
  return rounds;
}

}  // namespace

std::string evidence_loop(const Behaviour& behaviour) {
  if (behaviour.steps().empty()) return {};
  const WorkStep& newest = behaviour.steps().back();
  if (const std::size_t rounds = rounds_of_command(behaviour); rounds >= kRounds) {
    return fmt::format(
        "The same command ({}) ran {} times within {} minutes, and nothing had changed in between: it will "
        "not come out otherwise. Change something first, or do something else.",
        behaviour.name_of(newest.subject), rounds + 1, kMinutes);
  }
  if (const std::size_t rounds = rounds_of_file(behaviour); rounds >= kRounds) {
    return fmt::format(
        "{} came back to what it was {} times within {} minutes. Stop changing it back and forth: read it, "
        "say what goes wrong, and write something new or leave it as it is.",
        behaviour.name_of(newest.file), rounds, kMinutes);
  }
  return {};
}

}  // namespace governor::core
