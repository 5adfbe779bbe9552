#include "daemon/supervisor/git_command.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <utility>

#include "text/cut_text.hpp"
#include "text/shown_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kLongestGitMessage = 2000;

/// What git says in several lines, in one.
std::string in_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n')
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return line;
}

std::string without_line_end(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

GitCommand::GitCommand(std::string directory, std::vector<std::string> environment)
    : directory_(std::move(directory)), environment_(std::move(environment)) {
  for (const char* entry :
       {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true", "GIT_SSH_COMMAND=ssh -oBatchMode=yes", "GIT_EDITOR=true",
        "GIT_MERGE_AUTOEDIT=no", "GIT_PAGER=cat", "LC_ALL=C"})
    environment_.emplace_back(entry);
}

core::Result<ToolOutput> GitCommand::run(std::vector<std::string> arguments,
                                         std::chrono::seconds patience) const {
  arguments.insert(arguments.begin(), "git");
  return run_tool(arguments, environment_, directory_, ipc::Deadline::after(patience));
}

core::Result<std::string> GitCommand::ask(std::vector<std::string> arguments,
                                          std::chrono::seconds patience) const {
  const std::string what = arguments.front();
  auto output = run(std::move(arguments), patience);
  if (!output) return output.error();
  if (output->exit_code == 0) return without_line_end(std::move(output->out));
  const std::string said = without_line_end(output->err.empty() ? output->out : output->err);
  return core::Error(core::ErrorCode::conflict,
                     fmt::format("git {} in {} failed: {}", what, text::shown_text(directory_),
                                 text::shown_text(text::cut_text(in_one_line(said), kLongestGitMessage))));
}

GitCommand GitCommand::with_index(const std::string& index) const {
  GitCommand other = *this;
  other.environment_.push_back("GIT_INDEX_FILE=" + index);
  return other;
}

std::error_code copy_git_index(const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  std::error_code error;
  // Before it is read: with a time that is too old git looks into more files, and misses none.
  const auto time = fs::last_write_time(from, error);
  if (!error) fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (!error) fs::last_write_time(to, time, error);
  return error;
}

}  // namespace governor::daemon
