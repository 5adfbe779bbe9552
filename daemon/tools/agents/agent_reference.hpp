#pragma once

#include <optional>
#include <string>

#include "core/result.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// The agent that a call is about, as the session sees it.
struct AgentReference {
  std::string id;
  bool generic = false;  ///< a generic id was given and made unique for the session
};

/// Resolves the `agent_id` of a call: the one given, else the one that the session registered last. A generic
/// id gets a suffix that belongs to the session, so that two clients which both say `test` do not share an
/// agent.
core::Result<AgentReference> resolve_agent(const CallContext& context,
                                           const std::optional<std::string>& given);

/// What many tools do first: find out which agent they are about, by default the session's own, and load it.
class AgentCall : public ToolCall {
 public:
  explicit AgentCall(std::optional<std::string> agent_id) : given_(std::move(agent_id)) {}

  Step run(CallContext& context) final;

 protected:
  /// With the agent in memory, if there is one.
  virtual Step run_on_agent(CallContext& context) = 0;
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  std::optional<std::string> given_;
  std::string id_;
};

/// The same for what is about one agent if it is named, else about all.
class AgentOrAllCall : public ToolCall {
 public:
  explicit AgentOrAllCall(std::optional<std::string> agent_id) : agent_id_(std::move(agent_id)) {}

  Step run(CallContext& context) final;

 protected:
  virtual Step run_in_scope(CallContext& context) = 0;
  [[nodiscard]] const std::optional<std::string>& agent() const { return agent_id_; }
  [[nodiscard]] Depends depends() const { return agent_id_ ? Depends::its_agents : Depends::everything; }
  /// The fields that say which of the two it is.
  void write_scope(JsonWriter& json) const;

 private:
  std::optional<std::string> agent_id_;
};

core::Error unknown_agent(const std::string& id);

/// Reads the arguments `status`, `health`, `tag` and `text` of a list of agents.
void read_agent_filter(Arguments& arguments, AgentFilter& filter);

}  // namespace governor::daemon
