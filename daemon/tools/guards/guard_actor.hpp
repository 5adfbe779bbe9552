#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/tool.hpp"
#include "ipc/process_identity.hpp"

namespace governor::daemon {

/// What a hook says of itself.
struct HookOrigin {
  std::string kind;     ///< "claude-code"
  std::string session;  ///< the tool's own session id
  std::string cwd;
  std::vector<pid_t> pids;  ///< its ancestors, the nearest first
  std::string worker;       ///< for which worker of the tool, see core::LeaseHolder
  std::string use;          ///< the tool's own id of this call of a tool; empty: it did not say
};

/// The ancestors of a hook.
constexpr Parameter hook_pids() {
  return numbers("pids", 32, 1, 1 << 30);
}

inline constexpr std::size_t kMaxActorNameBytes = 256;

inline constexpr Parameter kHookParameters[] = {
    text("agent_kind", 32).required("the name of the tool, such as claude-code"),
    text("agent_session", kMaxActorNameBytes).required("the tool's own session id"),
    path("cwd"),
    hook_pids(),
    text("subagent", kMaxActorNameBytes),
    text("tool_use", kMaxActorNameBytes),
    text("tool", 64),
};

/// Reads `pids`, and without more of the rest than a commit has.
std::vector<pid_t> read_pids(Arguments& arguments);
/// Reads `kHookParameters` but for the name of its tool.
HookOrigin read_origin(Arguments& arguments);

/// The first of the processes that is no shell: tools start their hooks through shells.
pid_t tool_among(const std::vector<pid_t>& pids);

/// For whom a hook acts: the session of the tool's MCP client, where the same process has started one, else a
/// session of the tool's own, which ends with its process like any other.
class GuardActor {
 public:
  explicit GuardActor(HookOrigin origin);

  /// State strand: the sessions among which to look.
  void note_sessions(const core::State& state);
  /// File thread: finds the tool's process, and the session whose proxy it has started.
  void look_around();
  /// State strand, after `look_around`, at each run: the agent that is needed in memory before `take_up`;
  /// none: it is there.
  std::optional<Load> next_load(core::State& state);

  /// Whose evidence it is, known when there is nothing more to load: never empty.
  [[nodiscard]] std::string evidence_agent_id() const;
  /// Of a subagent of it; empty: the tool itself acts.
  [[nodiscard]] std::string subagent_id() const;

  struct Acting {
    core::Caller caller;
    std::string agent_id;  ///< empty: the session itself
  };
  /// State strand: opens the tool's own session if need be, and registers its agent.
  core::Result<Acting> take_up(CallContext& context);
  /// State strand: the same without opening anything; a caller without session if there is none.
  [[nodiscard]] Acting find(CallContext& context) const;
  /// The id of the tool's own session, whoever acts for it.
  [[nodiscard]] std::string tool_session() const;
  /// For which worker of the tool, see core::LeaseHolder.
  [[nodiscard]] const std::string& worker() const { return origin_.worker; }
  /// Which call of the tool this is about; empty: it did not say.
  [[nodiscard]] const std::string& use() const { return origin_.use; }

 private:
  /// One that runs, by its processes.
  struct Deployed {
    std::string agent_id;
    core::SessionProcess keeper;
    core::SessionProcess process;
  };
  struct Candidate {
    core::SessionKey key = 0;
    pid_t pid = 0;
    std::string agent_id;
  };

  [[nodiscard]] std::string own_agent_id() const;
  /// Where another session, of which the id begins alike, has the short one.
  [[nodiscard]] std::string long_agent_id() const;
  [[nodiscard]] std::string own_token_hash() const;
  [[nodiscard]] bool is_anothers(core::State& state) const;
  void find_deployment();
  [[nodiscard]] Acting as_client(CallContext& context) const;
  /// For this session, if need be: the agent's id; empty while it is not loaded.
  core::Result<std::string> register_own(CallContext& context, const core::Caller& caller) const;

  HookOrigin origin_;
  std::vector<Candidate> candidates_;
  std::vector<Deployed> deployed_;
  std::vector<core::SessionProcess>
      ancestors_;               ///< of the tool, itself first; empty while nothing is deployed
  std::string deployed_agent_;  ///< whose program has started the tool, or is it
  std::optional<ipc::ProcessIdentity> tool_;
  core::SessionKey client_ = 0;  ///< the MCP client's session; 0: none
  std::string agent_id_;
  bool is_own_name_ = false;  ///< no client has given the agent's name
  int loads_ = 0;
};

}  // namespace governor::daemon
