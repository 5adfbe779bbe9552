#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/evidence.hpp"
#include "core/habits.hpp"

namespace governor::core {

/// One use of a tool with what was said before it and what it changed; or what was said and nothing after it.
struct WorkStep {
  enum class Tests : std::uint8_t { none, passed, failed };

  std::int64_t time_us = 0;
  std::uint64_t command = 0;   ///< see ToolUsed::fingerprint
  std::uint64_t subject = 0;   ///< see Behaviour::name_of: the program of a command
  std::uint64_t file = 0;      ///< that it changed; 0: none, or it is not known which
  std::uint64_t content = 0;   ///< see FileChanged::content
  std::uint64_t incident = 0;  ///< a refusal or a risky action, see Behaviour::name_of; 0: none
  std::uint32_t said = 0;      ///< bytes of prose
  std::uint32_t read = 0;      ///< bytes that came back
  std::uint32_t changed = 0;   ///< lines added and removed
  std::uint32_t turn = 0;
  std::uint32_t rows = 0;  ///< of evidence, that it is made of
  ToolClass tool_class = ToolClass::other;
  Tests tests = Tests::none;
  bool tool = false;  ///< a tool was used
  bool success = true;
  bool edit = false;
  bool reverted = false;
  bool risky = false;
  bool harmful = false;     ///< risky, and of high severity
  bool circle = false;      ///< it left the file as it was before the last change
  std::uint8_t claims = 0;  ///< what the agent reported of itself
  std::uint8_t success_claims = 0;
  std::int16_t stated_confidence = kNotStated;  ///< in an update of its own, per mille
  std::int16_t stated_complexity = kNotStated;

  static constexpr std::int16_t kNotStated = -1;
};

/// Steps to be read from the newest back. A type of its own, since Clang below 16 does not take the views of
/// libstdc++.
struct StepsBackwards {
  std::deque<WorkStep>::const_reverse_iterator first, last;
  [[nodiscard]] auto begin() const { return first; }
  [[nodiscard]] auto end() const { return last; }
};

/// What an agent's evidence comes to within one epoch: its last steps, and what is usual of it. The same
/// evidence, or the newest kRows of it, gives the same.
class Behaviour {
 public:
  static constexpr std::size_t kSteps = 128;
  static constexpr std::size_t kRows = 4'000;
  /// Turns after which what is usual of an agent is its own.
  static constexpr std::uint64_t kOwnBaselineTurns = 10;

  void note(const Evidence& evidence);
  /// What follows from evidence that is about to be noted: repeats, and files that are again what they were.
  [[nodiscard]] std::vector<EvidenceItem> consequences(const Evidence& evidence) const;

  [[nodiscard]] std::uint32_t turn() const { return turn_; }
  [[nodiscard]] bool in_turn() const { return in_turn_; }
  /// Whether it was reported before; of the last few hundred only.
  [[nodiscard]] bool knows(std::uint64_t source) const;

  /// Whether hooks see its turns: then what it reports of itself cannot take the place of what was seen.
  [[nodiscard]] bool turns_are_seen() const { return turns_are_seen_; }

  /// Oldest first, at most kSteps.
  [[nodiscard]] const std::deque<WorkStep>& steps() const { return steps_; }
  [[nodiscard]] StepsBackwards newest_first() const { return {steps_.crbegin(), steps_.crend()}; }
  [[nodiscard]] const Habits& habits() const { return habits_; }
  /// The newest judgement; none: there was none in this epoch, or none among the newest evidence.
  [[nodiscard]] const std::optional<Judged>& judged() const { return judged_; }
  /// How often the command of a step was there before, and how often with nothing changed in between.
  struct Again {
    std::uint32_t times = 0;
    std::uint32_t unchanged = 0;
  };
  /// `before`: only the steps before this one count.
  [[nodiscard]] Again again(std::uint64_t command, std::size_t before) const;
  /// Of a file, a program, an incident among the steps.
  [[nodiscard]] std::string_view name_of(std::uint64_t id) const;

 private:
  /// Names of what is no longer among the steps are forgotten when there are twice as many as were needed
  /// last.
  static constexpr std::size_t kFewNames = 64;
  static constexpr std::size_t kRememberedSources = 512;

  void remember_source(std::uint64_t source);
  void take(const ToolUsed& tool);
  void take(const FileChanged& change);
  void take(const TestsRun& tests);
  void take(const Reverted& reverted);
  void take(const Refused& refused);
  void take(const RiskyAction& action);
  void take(const ProseSaid& prose);
  void take(const TurnBegan& began);
  void take(const TurnEnded& ended);
  void take(const Judged& judged);
  void take(const Repeated& repeated);
  void take(const Stated& stated);
  void take_incident(std::string text);
  void claim(bool success);
  WorkStep& this_step();
  WorkStep& begin_step();
  void forget_old();
  std::uint64_t remember(std::string name);

  std::uint32_t turn_ = 0;
  bool in_turn_ = false;
  bool turns_are_seen_ = false;
  std::int64_t time_us_ = 0;
  std::size_t rows_ = 0;
  std::deque<WorkStep> steps_;
  Habits habits_;
  std::optional<Judged> judged_;
  std::unordered_map<std::uint64_t, std::string> names_;
  std::size_t forget_names_at_ = kFewNames;
  std::vector<std::uint64_t> sources_;  ///< the newest kRememberedSources, in a ring
  std::size_t next_source_ = 0;
};

}  // namespace governor::core
