#include "daemon/supervisor/tmux.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/supervisor/tool_run.hpp"

namespace governor::daemon {
namespace {

constexpr std::chrono::seconds kTmuxPatience{10};
/// A server that is just ending with its last session takes no new one.
constexpr int kStartAttempts = 5;
constexpr std::chrono::milliseconds kBetweenAttempts{100};

}  // namespace

Tmux::Tmux(std::string program, std::string socket, std::vector<std::string> environment)
    : program_(std::move(program)), socket_(std::move(socket)), environment_(std::move(environment)) {}

std::string Tmux::session_name(std::string_view id) {
  return core::terminal_name(id);
}

std::vector<std::string> Tmux::command(std::vector<std::string> arguments) const {
  // No configuration of the user's: it could start programs, or keep sessions whose program has ended.
  std::vector<std::string> words{program_, "-S", socket_, "-f", "/dev/null"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::optional<core::Error> Tmux::start(const std::string& session,
                                       const std::vector<std::string>& arguments) const {
  std::vector<std::string> words{"new-session", "-d", "-s", session, "-x", "200", "-y", "50", "--"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::vector<std::string> all = command(std::move(words));
  std::string said;
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    if (attempt > 0) static_cast<void>(ipc::pause_until(ipc::Deadline::after(kBetweenAttempts)));
    const auto output = run_tool(all, environment_, "/", ipc::Deadline::after(kTmuxPatience));
    if (!output) return output.error();
    if (output->exit_code == 0) return std::nullopt;
    said = output->err;
    if (said.find("duplicate session") != std::string::npos) break;
  }
  return core::Error(core::ErrorCode::internal_error, "tmux cannot start a session: " + said);
}

core::Result<std::vector<core::FoundTerminal>> Tmux::sessions() const {
  std::vector<core::FoundTerminal> found;
  if (!is_there() || ::access(socket_.c_str(), F_OK) != 0) return found;
  const auto output = run_tool(
      command({"list-sessions", "-F", "#{pane_dead}#{session_windows}#{window_panes} #{session_name}"}),
      environment_, "/", ipc::Deadline::after(kTmuxPatience));
  if (!output) return output.error();
  if (output->exit_code != 0) return found;  // no server, so no session
  for (std::string_view rest = output->out; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const std::size_t space = std::min(line.find(' '), line.size());
    // Of one with several panes something may run in another.
    if (space < line.size())
      found.push_back({std::string(line.substr(space + 1)), line.substr(0, space) == "111"});
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return found;
}

void Tmux::end(const std::string& session) const {
  if (!is_there() || ::access(socket_.c_str(), F_OK) != 0) return;
  static_cast<void>(run_tool(command({"kill-session", "-t", "=" + session}), environment_, "/",
                             ipc::Deadline::after(kTmuxPatience)));
}

}  // namespace governor::daemon
