#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "daemon/tools/guards/guard_actor.hpp"
#include "daemon/tools/guards/tools.hpp"
#include "ipc/process_identity.hpp"

namespace governor::daemon {
namespace {

/// git has done something. If a session's tool has run it, it is evidence of that session's agent; where
/// hooks see the tool's commands anyway, they have it.
class GitEventCall final : public ToolCall {
 public:
  GitEventCall(std::vector<pid_t> pids, std::string hook, std::string directory)
      : pids_(std::move(pids)), hook_(std::move(hook)), directory_(std::move(directory)) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      // What was committed may no longer merge, whoever did it.
      context.state.branch_conflicts().want(directory_);
      candidates_.clear();
      agent_id_.clear();
      is_loaded_ = false;
      for (const auto& [key, session] : context.state.sessions()) {
        if (session.process.pid > 0 && !session.passing && !session.agent_id.empty())
          candidates_.push_back({key, static_cast<pid_t>(session.process.pid), session.agent_id});
      }
      return Work{[this](FileServices&) { look_around(); }};
    }
    if (agent_id_.empty()) return Answer(std::string("{}"), Depends::nothing);
    if (!std::exchange(is_loaded_, true)) return Load{{agent_id_}};
    if (context.state.find_agent(agent_id_) != nullptr && !context.state.commands().is_running(session_))
      record(context);
    return Answer(std::string("{}"), Depends::its_agents);
  }

 private:
  struct Candidate {
    core::SessionKey session = 0;
    pid_t pid = 0;
    std::string agent_id;
  };

  /// The nearest process above git that has a session, or has started the proxy of one.
  void look_around() {
    for (const pid_t pid : pids_) {
      const auto found = std::find_if(candidates_.begin(), candidates_.end(), [pid](const Candidate& one) {
        return one.pid == pid || ipc::parent_process(one.pid) == pid;
      });
      if (found == candidates_.end()) continue;
      session_ = found->session;
      agent_id_ = found->agent_id;
      return;
    }
  }

  void record(CallContext& context) const {
    core::ToolUsed used;
    used.tool = hook_;
    used.program = "git";
    used.tool_class = core::ToolClass::version_control;
    core::EvidenceCommand evidence;
    evidence.agent_id = agent_id_;
    evidence.items.push_back({std::move(used)});
    (void)context.state.record_evidence({session_, 0, {}}, std::move(evidence), context.now_us,
                                        context.changes);
  }

  std::vector<pid_t> pids_;
  std::string hook_;
  std::string directory_;  ///< in which git has run; empty: it was not said
  std::vector<Candidate> candidates_;
  core::SessionKey session_ = 0;
  std::string agent_id_;
  bool is_loaded_ = false;
};

constexpr Parameter kGitEventParameters[] = {
    hook_pids(),
    path("cwd"),
    choice("hook", "post-commit post-checkout post-rewrite").required("which of git's hooks"),
};

ParsedCall parse_git_event(Arguments& arguments, const ToolEnvironment&) {
  std::vector<pid_t> pids = read_pids(arguments);
  std::string hook(arguments.choice("hook"));
  std::string directory = arguments.text("cwd").value_or("");
  return std::make_unique<GitEventCall>(std::move(pids), std::move(hook), std::move(directory));
}

}  // namespace

GovernorRequest git_event_request() {
  return {{"governor/git_event", Effect::cumulative, kGitEventParameters, parse_git_event},
          core::Role::guard};
}

}  // namespace governor::daemon
