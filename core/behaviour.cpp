#include "core/behaviour.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/account.hpp"
#include "core/loop_detection.hpp"

namespace governor::core {
namespace {

void add_to(std::uint32_t& sum, std::uint64_t more) {
  sum = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(sum + more, std::numeric_limits<std::uint32_t>::max()));
}

std::string_view refused_by(Refused::By by) {
  switch (by) {
    case Refused::By::lease: return "the lease of another agent";
    case Refused::By::protection: return "protection";
    case Refused::By::shrink_guard: return "the guard against lost lines";
    case Refused::By::person: return "a person";
    case Refused::By::loop: return "the guard against loops";
    case Refused::By::gate: return "the gate for agents at risk";
  }
  return "governor";
}

/// What nobody says of himself to look better.
bool speaks_against(const EvidenceItem& item) {
  return std::holds_alternative<Refused>(item) || std::holds_alternative<RiskyAction>(item) ||
         std::holds_alternative<Stated>(item);
}

/// What the steps of one turn were like.
HabitValues habits_of(const Behaviour& behaviour, std::uint32_t turn) {
  double tools = 0, said = 0, read = 0, failed = 0, edited = 0, repeated = 0;
  const std::deque<WorkStep>& steps = behaviour.steps();
  for (std::size_t i = steps.size(); i-- > 0 && steps[i].turn == turn;) {
    const WorkStep& step = steps[i];
    tools += step.tool ? 1 : 0;
    said += step.said;
    read += step.read;
    failed += step.tool && !step.success ? 1 : 0;
    edited += step.edit ? 1 : 0;
    repeated += behaviour.again(step.command, i).times > 0 ? 1 : 0;
  }
  const double count = std::max(1.0, tools);
  return {std::log1p(said / count), std::log1p(read / count), failed / count, std::min(1.0, edited / count),
          repeated / count};
}

}  // namespace

void Behaviour::note(const Evidence& evidence) {
  turn_ = evidence.turn;
  time_us_ = evidence.timestamp_us;
  if (evidence.source != 0 && !knows(evidence.source)) remember_source(evidence.source);
  const bool marks_turn =
      std::holds_alternative<TurnBegan>(evidence.item) || std::holds_alternative<TurnEnded>(evidence.item);
  if (marks_turn && evidence.provenance == Provenance::measured) turns_are_seen_ = true;
  const auto* tool = std::get_if<ToolUsed>(&evidence.item);
  const auto* tests = std::get_if<TestsRun>(&evidence.item);
  if (evidence.provenance == Provenance::reported && (tool != nullptr || tests != nullptr)) {
    // What an agent says of its own success is a claim; that it failed is believed.
    const bool success = tool != nullptr ? tool->success : tests->success;
    if (!success) std::visit([this](const auto& item) { take(item); }, evidence.item);
    claim(success);
  } else if (evidence.provenance == Provenance::reported && turns_are_seen_ &&
             !speaks_against(evidence.item)) {
    // Steps that were only told would push out those that were seen.
  } else {
    std::visit([this](const auto& item) { take(item); }, evidence.item);
  }
  if (!steps_.empty()) {
    steps_.back().rows += 1;
    rows_ += 1;
  }
  forget_old();
}

bool Behaviour::knows(std::uint64_t source) const {
  return std::find(sources_.begin(), sources_.end(), source) != sources_.end();
}

void Behaviour::remember_source(std::uint64_t source) {
  if (sources_.size() < kRememberedSources) {
    sources_.push_back(source);
  } else {
    sources_[next_source_] = source;
    next_source_ = (next_source_ + 1) % kRememberedSources;
  }
}

void Behaviour::take(const ToolUsed& tool) {
  const bool fits = !steps_.empty() && steps_.back().turn == turn_ && !steps_.back().tool &&
                    !steps_.back().edit && steps_.back().incident == 0;
  WorkStep& step = fits ? steps_.back() : begin_step();
  step.tool = true;
  step.tool_class = tool.tool_class;
  step.success = tool.success;
  step.edit = tool.tool_class == ToolClass::edit && tool.success;
  step.command = tool.fingerprint;
  step.read = tool.output_bytes;
  step.subject = remember(tool.program.empty() ? tool.tool : tool.program);
}

void Behaviour::take(const FileChanged& change) {
  const std::uint64_t file = remember(change.path);
  const bool fits = !steps_.empty() && steps_.back().turn == turn_ &&
                    (steps_.back().file == file || (steps_.back().file == 0 && steps_.back().tool));
  WorkStep& step = fits ? steps_.back() : begin_step();
  step.edit = true;
  step.file = file;
  step.content = change.content;
  add_to(step.changed, std::uint64_t{change.lines_added} + change.lines_removed);
}

void Behaviour::take(const TestsRun& tests) {
  this_step().tests = tests.success ? WorkStep::Tests::passed : WorkStep::Tests::failed;
}

void Behaviour::take(const Reverted& reverted) {
  WorkStep& step = this_step();
  step.reverted = true;
  step.circle = reverted.how == Reverted::How::content;
}

void Behaviour::take(const Refused& refused) {
  std::string text = fmt::format("refused by {}", refused_by(refused.by));
  take_incident(std::move(text));
}

void Behaviour::take(const RiskyAction& action) {
  std::string text = fmt::format("risky action: {}", action.rule);
  take_incident(std::move(text));
  steps_.back().risky = true;
  steps_.back().harmful = action.severity == Severity::high;
}

void Behaviour::take_incident(std::string text) {
  // Each counts, also of one that is refused again and again and does nothing else.
  WorkStep& step = this_step().incident == 0 ? this_step() : begin_step();
  step.incident = remember(std::move(text));
}

void Behaviour::take(const ProseSaid& prose) {
  const bool fits = !steps_.empty() && steps_.back().turn == turn_ && !steps_.back().tool;
  add_to((fits ? steps_.back() : begin_step()).said, prose.bytes);
}

void Behaviour::take(const TurnBegan& /*began*/) {
  in_turn_ = true;
}

void Behaviour::take(const TurnEnded& /*ended*/) {
  in_turn_ = false;
  habits_.note(habits_of(*this, turn_), kOwnBaselineTurns);
}

void Behaviour::take(const Judged& judged) {
  // The steps that the habits come from may be more than those that are read back.
  if (auto account = Account::unpack(judged.account)) habits_ = account->habits;
  judged_ = judged;
}

void Behaviour::take(const Repeated& /*repeated*/) {}

void Behaviour::take(const Stated& stated) {
  WorkStep& step = this_step();
  const auto bounded = [](std::uint32_t value) {
    return static_cast<std::int16_t>(std::min<std::uint32_t>(value, 1000));
  };
  if (stated.confidence_per_mille) step.stated_confidence = bounded(*stated.confidence_per_mille);
  if (stated.complexity_per_mille) step.stated_complexity = bounded(*stated.complexity_per_mille);
}

void Behaviour::claim(bool success) {
  WorkStep& step = this_step();
  if (step.claims == std::numeric_limits<std::uint8_t>::max()) return;
  step.claims += 1;
  if (success) step.success_claims += 1;
}

std::vector<EvidenceItem> Behaviour::consequences(const Evidence& evidence) const {
  std::vector<EvidenceItem> found;
  if (const auto* tool = std::get_if<ToolUsed>(&evidence.item);
      tool != nullptr && tool->fingerprint != 0 && tool->tool_class != ToolClass::read) {
    const bool edit = tool->tool_class == ToolClass::edit;
    const Again before = again(tool->fingerprint, steps_.size());
    const std::uint32_t times = edit ? before.times : before.unchanged;
    if (times > 0) {
      found.emplace_back(Repeated{edit ? Repeated::What::edit : Repeated::What::command,
                                  tool->program.empty() ? tool->tool : tool->program, times + 1});
    }
  }
  if (const auto* change = std::get_if<FileChanged>(&evidence.item);
      change != nullptr && change->content != 0) {
    const std::uint64_t file = fingerprint(change->path, {});
    bool differed = false;
    for (const WorkStep& step : newest_first()) {
      if (step.file != file || step.content == 0) continue;
      if (step.content != change->content) {
        differed = true;
        continue;
      }
      if (differed) found.emplace_back(Reverted{Reverted::How::content, change->path});
      break;
    }
  }
  return found;
}

Behaviour::Again Behaviour::again(std::uint64_t command, std::size_t before) const {
  Again again;
  if (command == 0) return again;
  bool changed = false;
  for (std::size_t i = before; i-- > 0;) {
    const WorkStep& step = steps_[i];
    if (step.command == command) {
      again.times += 1;
      again.unchanged += changed ? 0 : 1;
    } else {
      changed = changed || step.edit;
    }
  }
  return again;
}

WorkStep& Behaviour::this_step() {
  return !steps_.empty() && steps_.back().turn == turn_ ? steps_.back() : begin_step();
}

WorkStep& Behaviour::begin_step() {
  WorkStep& step = steps_.emplace_back();
  step.turn = turn_;
  step.time_us = time_us_;
  return step;
}

void Behaviour::forget_old() {
  while (steps_.size() > kSteps || (rows_ > kRows && steps_.size() > 1)) {
    rows_ -= steps_.front().rows;
    steps_.pop_front();
  }
  if (names_.size() <= forget_names_at_) return;
  std::unordered_map<std::uint64_t, std::string> kept;
  for (const WorkStep& step : steps_)
    for (const std::uint64_t id : {step.file, step.subject, step.incident})
      if (const auto known = names_.find(id); known != names_.end()) kept.insert(*known);
  names_ = std::move(kept);
  forget_names_at_ = std::max(kFewNames, 2 * names_.size());
}

std::uint64_t Behaviour::remember(std::string name) {  // NOLINT(performance-unnecessary-value-param): moved
  const std::uint64_t id = fingerprint(name, {});
  names_.try_emplace(id, std::move(name));
  return id;
}

std::string_view Behaviour::name_of(std::uint64_t id) const {
  const auto known = names_.find(id);
  return known == names_.end() ? std::string_view() : std::string_view(known->second);
}

}  // namespace governor::core
