#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/agent.hpp"
#include "core/approval.hpp"
#include "core/ground_truth.hpp"
#include "core/judgement.hpp"
#include "core/keys.hpp"
#include "core/task.hpp"
#include "core/thresholds.hpp"
#include "core/update_input.hpp"

namespace governor::core {

/// Who asks: the session (0 for a connection without one) and the number of its line (0 if not numbered).
struct Caller {
  SessionKey session = 0;
  std::uint64_t line = 0;
  std::string worker{};  ///< a hook asks, for this worker of its tool, see LeaseHolder
};

/// Who may decide what concerns everybody: thresholds of all, alerts, the end of a loop.
enum class Authority : std::uint8_t { people, agents_too };

struct UpdateCommand {
  std::string agent_id;
  bool generic_id = false;  ///< the id was made unique for the session
  std::string token_hash;   ///< empty when no token was given
  UpdateInput input;
  StatedFields stated{};  ///< of an agent whose turns are seen, what was not stated is measured
};

struct UpdateOutcome {
  AgentKey agent = 0;
  std::string agent_id;
  UpdateRecord record;
  std::optional<Judgement> judgement{};  ///< of an agent whose turns are seen
};

struct RegisterCommand {
  std::string agent_id;
  bool generic_id = false;
  std::string token_hash;      ///< of the token given, empty when none
  std::string new_token_hash;  ///< of the token that the reply will carry
  bool shared = false;
  std::string parent_id;
  // Absent means: leave as it is.
  std::optional<std::string> purpose;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::string> notes;
};

struct RegisterOutcome {
  AgentKey agent = 0;
  std::string agent_id;
  bool created = false;
  bool shared = false;
  bool generic_id = false;
  bool parent_unknown = false;
  bool was_deleted = false;   ///< and begins anew: of what it was, only the history is kept
  bool keeps_token = false;   ///< it is shared, and its token stays with those who have it
  bool deployed = false;      ///< its token stays with its deployment
  std::uint64_t updates = 0;  ///< of this epoch
  Lifecycle status = Lifecycle::active;
  SessionKey taken_from = 0;  ///< a live session that held it until now
};

struct ThresholdsCommand {
  std::string agent_id;               ///< empty: for all agents without thresholds of their own
  std::string token_hash{};           ///< of the token given, empty when none
  std::optional<Thresholds> profile;  ///< what to start from; none: what holds now
  std::vector<std::pair<const ThresholdField*, double>> values;
  bool reset = false;  ///< back to the defaults, or for an agent to those of all
  std::string reason;
};

struct ThresholdsOutcome {
  Thresholds before;
  Thresholds after;
};

struct LifecycleCommand {
  std::string agent_id;
  std::string token_hash;  ///< of the token given, empty when none
  std::string reason;
  bool is_upkeep =
      false;  ///< it is put in order: a person who does that has decided nothing about this agent
};

struct LifecycleOutcome {
  Lifecycle before = Lifecycle::active;
  Lifecycle after = Lifecycle::active;
};

struct MetadataCommand {
  std::string agent_id;
  std::string token_hash{};  ///< of the token given, empty when none
  // Absent means: leave as it is.
  std::optional<std::vector<std::string>> tags;
  std::optional<std::string> notes;
  bool append_notes = false;  ///< after the present notes, on a line of their own with the time
  std::optional<std::string> purpose;
  std::optional<bool> pinned;
};

struct TruthCommand {
  std::string agent_id;
  Prediction prediction;
  std::optional<GroundTruth> known;  ///< as the store had it when it was read
  bool correct = false;
  TruthSource source = TruthSource::person;
  std::string detail;
};

struct TruthOutcome {
  GroundTruth truth;      ///< what holds now
  bool replaced = false;  ///< it was the other way round before
};

/// An overwrite that a person has let through: of the one content by the other, once.
struct ApprovedOverwrite {
  ApprovalKey approval = 0;
  std::string before;   ///< hash
  std::string content;  ///< hash
};

struct TaskDefined {
  const Task* task = nullptr;  ///< as it is in the state
  bool created = false;
};

}  // namespace governor::core
