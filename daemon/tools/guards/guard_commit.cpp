#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/files/real_path.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/guards/guard_actor.hpp"
#include "daemon/tools/guards/tools.hpp"

namespace governor::daemon {
namespace {

class GuardCommitCall final : public ToolCall {
 public:
  GuardCommitCall(std::vector<pid_t> pids, std::string cwd, std::vector<std::string> paths)
      : pids_(std::move(pids)), cwd_(std::move(cwd)), given_(std::move(paths)) {}

  void look_around() {
    for (const Process& process : sessions_) {
      const bool is_own = is_ancestor(process.pid) ||
                          (process.is_proxy && is_ancestor(ipc::parent_process(process.pid).value_or(0)));
      if (is_own) own_.insert(process.session);
    }
    for (const std::string& given : given_) {
      // What cannot be resolved is nobody's: a removed directory, say.
      if (const auto resolved = resolve_file(given, cwd_)) paths_.push_back(lease_path(*resolved));
    }
  }

  Step run(CallContext& context) override {
    if (context.begins) {
      for (const auto& [key, session] : context.state.sessions()) {
        if (session.process.pid <= 0 || session.passing) continue;
        sessions_.push_back({key, static_cast<pid_t>(session.process.pid), !session.is_hooks()});
      }
      return Work{[this](FileServices&) { look_around(); }};
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("conflicts").begin_array();
    for (const auto& [key, lease] : context.state.leases().open()) {
      if (concerns_others(lease, context.now_us)) write_conflicts(json, lease);
    }
    json.end_array().end_object();
    return text;
  }

 private:
  /// The process of a session: the tool itself, or the proxy that the tool has started.
  struct Process {
    core::SessionKey session = 0;
    pid_t pid = 0;
    bool is_proxy = false;
  };

  [[nodiscard]] bool is_ancestor(pid_t pid) const {
    return pid > 1 && std::find(pids_.begin(), pids_.end(), pid) != pids_.end();
  }

  /// A live holder that is not the one who commits, and is writing.
  [[nodiscard]] bool concerns_others(const core::Lease& lease, std::int64_t now_us) const {
    return lease.claim.mode == core::LeaseMode::exclusive && lease.orphaned_us == 0 &&
           lease.expires_us > now_us && !own_.contains(lease.claim.holder.session);
  }

  void write_conflicts(JsonWriter& json, const core::Lease& lease) const {
    const core::LeaseHolder& holder = lease.claim.holder;
    for (const core::LeasePath& path : paths_) {
      const bool held =
          std::any_of(lease.claim.paths.begin(), lease.claim.paths.end(),
                      [&](const core::LeasePath& leased) { return leased.conflicts_with(path); });
      if (!held) continue;
      json.begin_object().field("path", path.text()).field("lease", lease.key).key("agent_id");
      if (holder.agent_id.empty()) {
        json.null();
      } else {
        json.value(holder.agent_id);
      }
      json.field("client", holder.client).field("pid", holder.pid);
      json.field("since", iso_timestamp(lease.granted_us)).field("until", iso_timestamp(lease.expires_us));
      json.field("reason", lease.reason).end_object();
    }
  }

  std::vector<pid_t> pids_;
  std::string cwd_;
  std::vector<std::string> given_;
  std::vector<Process> sessions_;
  std::set<core::SessionKey> own_;  ///< of the tool that commits
  std::vector<core::LeasePath> paths_;
};

constexpr Parameter kGuardCommitParameters[] = {
    hook_pids(),
    path("cwd"),
    texts("paths", 1000, kMaxPathBytes).required("the files of the commit"),
};

ParsedCall parse_commit_check(Arguments& arguments, const ToolEnvironment&) {
  std::vector<pid_t> pids = read_pids(arguments);
  std::string cwd = arguments.text("cwd").value_or("");
  auto paths = arguments.texts("paths").value_or(std::vector<std::string>());
  return std::make_unique<GuardCommitCall>(std::move(pids), std::move(cwd), std::move(paths));
}

}  // namespace

GovernorRequest guard_commit_request() {
  return {{"governor/guard_commit", Effect::none, kGuardCommitParameters, parse_commit_check},
          core::Role::guard};
}

}  // namespace governor::daemon
