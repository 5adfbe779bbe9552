#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/guard/ancestors.hpp"
#include "ctl/guard/git_repository.hpp"
#include "ctl/guard/guard_client.hpp"
#include "ctl/guard/guarded_hooks.hpp"
#include "ctl/guard/guards.hpp"
#include "ctl/guard/guards_check.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "text/path_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::size_t kPathsAtOnce = 1000;
constexpr std::size_t kShownConflicts = 20;
constexpr std::chrono::seconds kStagedPatience{30};
constexpr std::chrono::seconds kEventPatience{2};

struct Commit {
  std::string top;
  std::vector<std::string> paths;
};

ipc::Result<Commit> staged_commit(const GitRepository& repository, ipc::Deadline deadline) {
  auto top = repository.top_level(deadline);
  if (!top) return top.error();
  auto paths = repository.staged_paths(deadline);
  if (!paths) return paths.error();
  return Commit{std::move(*top), std::move(*paths)};
}

// In parts, because a line has a longest length.
ipc::Result<json::array> find_conflicts(const Context& context, const Commit& commit,
                                        ipc::Deadline deadline) {
  json::array conflicts;
  if (commit.paths.empty()) return conflicts;
  auto client = reach_daemon(context, deadline);
  if (!client) return client.error();
  json::array pids;
  for (const pid_t pid : ancestors()) pids.emplace_back(pid);
  for (std::size_t from = 0; from < commit.paths.size(); from += kPathsAtOnce) {
    json::array part;
    for (std::size_t i = from; i < std::min(from + kPathsAtOnce, commit.paths.size()); ++i)
      part.emplace_back(text::path_text(commit.paths[i]));
    json::object params;
    params["pids"] = pids;
    params["cwd"] = text::path_text(commit.top);
    params["paths"] = std::move(part);
    const auto result = call_method(*client, "governor/guard_commit", std::move(params), deadline);
    if (!result) return result.error();
    for (const json::value& conflict : array_field(*result, "conflicts")) conflicts.push_back(conflict);
  }
  return conflicts;
}

std::string holder_of_file(const json::object& conflict) {
  std::string holder = text_field(conflict, "agent_id");
  const std::string client = text_field(conflict, "client");
  if (holder == "-") holder = client == "-" ? "another session" : client;
  if (client != "-" && client != holder) holder += " (" + client + ")";
  if (const auto pid = count_field(conflict, "pid"); pid > 0) holder += ", pid " + std::to_string(pid);
  return printable(holder);
}

// What the person has begun, and what git leaves when a hook refuses it.
struct Undertaking {
  const char* name;
  const char* way_out;
};

Undertaking undertaking(const GitOptions& options) {
  if (options.hook == "pre-merge-commit") {
    return {"merge",
            "Wait until they are released and complete the merge with: git commit\nOr take it back with: git "
            "merge "
            "--abort\n"};
  }
  if (options.hook == "pre-applypatch")
    return {"patch",
            "Wait until they are released, then: git am --continue\nOr take it back with: git am --abort\n"};
  if (options.hook == "prepare-commit-msg") {
    return {"commit",
            "Wait until they are released, then go on as `git status` says, or take back what you began "
            "there.\n"};
  }
  return {"commit", "Wait until they are released, or take the files out (git restore --staged FILE).\n"};
}

void write_held_files(const Context& context, const GitOptions& options, const json::array& conflicts) {
  context.err << "governor: this " << undertaking(options).name
              << " is refused, others are writing files that are in it:\n";
  std::size_t shown = 0;
  for (const json::value& entry : conflicts) {
    if (!entry.is_object()) continue;
    if (++shown > kShownConflicts) break;
    const json::object& conflict = entry.get_object();
    context.err << "  " << printable(text_field(conflict, "path")) << "\n    held by "
                << holder_of_file(conflict) << " since " << printable(text_field(conflict, "since"))
                << " until " << printable(text_field(conflict, "until"));
    if (const auto lease = count_field(conflict, "lease"); lease > 0) context.err << ", lease " << lease;
    if (const auto reason = text_field(conflict, "reason"); reason != "-")
      context.err << ": " << printable(reason);
    context.err << '\n';
  }
  if (conflicts.size() > kShownConflicts)
    context.err << "  and " << conflicts.size() - kShownConflicts << " more\n";
  context.err << undertaking(options).way_out
              << "To end a lease that is no longer needed: governorctl leases break ID --reason TEXT\n";
}

/// For the evidence of the agent whose session runs git; without a daemon there is none.
int tell_git_event(const Context& context, const GitOptions& options) {
  const auto deadline = ipc::Deadline::after(kEventPatience);
  json::array pids;
  for (const pid_t pid : ancestors()) pids.emplace_back(pid);
  if (auto client = reach_running_daemon(context, deadline)) {
    json::object params;
    params["pids"] = std::move(pids);
    params["hook"] = options.hook;
    std::error_code error;
    const auto directory = std::filesystem::current_path(error);
    if (!error) params["cwd"] = text::path_text(directory.native());
    (void)call_method(*client, "governor/git_event", std::move(params), deadline);
  }
  return static_cast<int>(ExitCode::done);
}

int fall_back_in_git(const Context& context, const GitOptions& options, const std::string& why) {
  const bool refused = options.fallback == "deny";
  context.err << "governor: this " << undertaking(options).name << ' '
              << (refused ? "is refused, since" : "is not checked:")
              << " the daemon cannot be asked: " << printable(why) << '\n';
  return static_cast<int>(refused ? ExitCode::failed : ExitCode::done);
}

}  // namespace

int guard_git(const Context& context, const GitOptions& options) {
  try {
    if (tells_afterwards(options.hook)) return tell_git_event(context, options);
    const GitRepository repository(context.environment, "");
    const auto patience = ipc::Deadline::after(kStagedPatience);
    if (options.hook == "prepare-commit-msg") {
      // Before any other commit, another of the hooks has asked; --no-verify goes around those alone.
      const auto asks = repository.is_between_commits(patience);
      if (asks && !*asks) return static_cast<int>(ExitCode::done);
    }
    if (const auto message = missing_guards_message(context.environment, "", patience); !message.empty())
      context.err << "governor: " << printable(message) << '\n';
    const auto commit = staged_commit(repository, patience);
    if (!commit) {
      context.err << "governor: cannot tell what is in this commit: " << printable(commit.error().message)
                  << '\n';
      return static_cast<int>(ExitCode::failed);
    }
    const auto deadline = ipc::Deadline::after(
        std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout_seconds * 1000)));
    const auto conflicts = find_conflicts(context, *commit, deadline);
    if (!conflicts) return fall_back_in_git(context, options, conflicts.error().message);
    if (conflicts->empty()) return static_cast<int>(ExitCode::done);
    write_held_files(context, options, *conflicts);
    return static_cast<int>(ExitCode::failed);
  } catch (const std::exception& error) {
    if (tells_afterwards(options.hook)) return static_cast<int>(ExitCode::done);
    return fall_back_in_git(context, options, error.what());
  }
}

}  // namespace governor::ctl
