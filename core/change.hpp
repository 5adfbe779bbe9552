#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/agent.hpp"
#include "core/session.hpp"

namespace governor::core {

// Every durable change is one of these values; a store needs to know nothing else.

/// Creates the agent or replaces its profile.
struct AgentSaved {
  AgentProfile profile;
};

/// Appends one row to an agent's history; the row also carries the agent's new state.
struct UpdateAppended {
  HistoryKey key = 0;
  AgentKey agent = 0;
  UpdateRecord record;
};

/// Replaces the vector with which the next update's parameters are compared.
struct ParametersSaved {
  AgentKey agent = 0;
  std::optional<std::vector<double>> parameters;
};

/// Creates the session or replaces its row; answers are changes of their own.
struct SessionSaved {
  Session session;  ///< `answers` left empty
};

/// Removes the session and its answers. Ownership ends with it, since owners are looked up by session.
struct SessionEnded {
  SessionKey session = 0;
};

struct AnswerSaved {
  SessionKey session = 0;
  std::uint64_t number = 0;
  Answer answer;
};

struct AuditAppended {
  std::int64_t timestamp_us = 0;
  std::string event;  ///< snake_case
  AgentKey agent = 0;
  SessionKey session = 0;
  std::string detail;  ///< for people
};

using Change = std::variant<UpdateAppended, AnswerSaved, ParametersSaved, AgentSaved, SessionSaved,
                            SessionEnded, AuditAppended>;
using Changes = std::vector<Change>;

}  // namespace governor::core
