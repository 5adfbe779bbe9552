#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys.hpp"

namespace governor::core {

/// What the answer to a numbered line was made from, so that the same answer can be given again.
struct Answer {
  /// `text`: the answer itself is stored. Stored numbers: never renumber.
  enum class Kind : std::uint8_t { update = 1, registration = 2, text = 3, grant = 4, deployment = 5 };

  SlotKey slot = 0;  ///< row that holds it; reused once the client has confirmed the answer
  Kind kind = Kind::update;
  std::int64_t target =
      0;  ///< HistoryKey of an update, AgentKey of a registration, LeaseKey of a grant, DeploymentKey, else 0
};

/// The process behind a session, so that it can be told from a later one with the same pid.
struct SessionProcess {
  std::int64_t pid = 0;
  std::uint64_t start_time = 0;
  std::string boot_id;

  bool operator==(const SessionProcess&) const = default;
};

/// On whose behalf a connection speaks, as it says in hello.
enum class Role : std::uint8_t {
  agent,   ///< an MCP client, or a program that says nothing of itself
  person,  ///< governorctl
  guard    ///< a hook
};

/// Stands where a client's profile of tools does in sessions that hooks open: no client asks for this one.
inline constexpr std::string_view kHookTools = "hooks";

/// One proxy's connection across reconnections and daemon restarts.
struct Session {
  SessionKey key = 0;
  std::string id;  ///< 128 bits as hex, chosen by the client
  SessionProcess process;
  std::vector<SessionProcess>
      ancestors{};          ///< of the process, itself first, as they were at hello; not stored
  bool resumable = false;   ///< said hello, so it can come back after a disconnection
  Role role = Role::agent;  ///< of its newest hello; not stored
  bool passing = false;     ///< of one connection of governorctl or a hook: nothing of it is stored
  std::string revision;     ///< MCP revision agreed by `initialize`; empty before and in the stateless era
  std::string client_name;  ///< as the MCP client calls itself, else the name of the proxy's parent
  std::string client_version;
  std::string working_directory;
  std::string tools;     ///< profile of tools
  std::string agent_id;  ///< registered last; stands in for a missing `agent_id`
  std::int64_t created_us = 0;
  AuditKey introduced = 0;              ///< the newest audit entry that says who this is
  std::set<std::string> subscriptions;  ///< URIs of the resources whose changes its client is told

  std::map<std::uint64_t, Answer> answers;  ///< by line number; not yet confirmed

  /// One that hooks have opened for their tool.
  [[nodiscard]] bool is_hooks() const { return tools == kHookTools; }
  /// Commands and hooks come and go all the time: what they do is told, and not that they came and went.
  [[nodiscard]] bool is_told_of() const { return !passing && !is_hooks(); }
};

}  // namespace governor::core
