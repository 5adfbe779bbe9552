#include "ctl/guard/git_repository.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "ctl/guard/program_output.hpp"

namespace governor::ctl {

namespace {

std::string without_newline(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

ipc::Result<std::string> GitRepository::ask(std::vector<std::string> arguments,
                                            ipc::Deadline deadline) const {
  std::vector<std::string> command{"git"};
  if (!directory_.empty()) command.insert(command.end(), {"-C", directory_});
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto output = run_program(command, environment_, deadline);
  if (!output) return output.error();
  if (output->exit_code != 0) {
    return ipc::Error{ipc::Errc::not_found, 0,
                      "git " + arguments.front() + " failed: " + without_newline(std::move(output->err))};
  }
  return std::move(output->out);
}

ipc::Result<std::string> GitRepository::top_level(ipc::Deadline deadline) const {
  auto path = ask({"rev-parse", "--show-toplevel"}, deadline);
  if (!path) return path.error();
  return without_newline(std::move(*path));
}

ipc::Result<GitPlaces> GitRepository::places(ipc::Deadline deadline) const {
  auto top = top_level(deadline);
  if (!top) return top.error();
  // core.hooksPath may be relative to the top, where git runs hooks.
  const GitRepository checkout(environment_, *top);
  const auto answer = checkout.ask({"rev-parse", "--git-common-dir", "--git-path", "hooks"}, deadline);
  if (!answer) return answer.error();
  std::vector<std::string> lines;
  for (std::string_view rest = *answer; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::filesystem::path path(rest.substr(0, end));
    if (path.is_relative()) path = std::filesystem::path(*top) / path;
    lines.push_back(path.lexically_normal().string());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (lines.size() != 2) {
    return ipc::Error{ipc::Errc::invalid_path, 0,
                      "the path of this repository has a line break in it, which hooks cannot live with"};
  }
  return GitPlaces{std::move(*top), std::move(lines[0]), std::move(lines[1])};
}

ipc::Result<bool> GitRepository::is_tracked(const std::string& path, ipc::Deadline deadline) const {
  const auto names = ask({"ls-files", "-z", "--", ":(literal)" + path}, deadline);
  if (!names) return names.error();
  return !names->empty();
}

ipc::Result<std::vector<std::string>> GitRepository::staged_paths(ipc::Deadline deadline) const {
  // Spelled out, since the person's configuration may have changed each of these.
  const auto output = ask({"diff", "--cached", "--name-only", "-z", "--no-renames", "--no-relative",
                           "--no-ext-diff", "--ignore-submodules=none", "--diff-filter=ACDMRT"},
                          deadline);
  if (!output) return output.error();
  std::vector<std::string> paths;
  for (std::string_view rest = *output; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    paths.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return paths;
}

ipc::Result<bool> GitRepository::is_between_commits(ipc::Deadline deadline) const {
  const auto directory = ask({"rev-parse", "--absolute-git-dir"}, deadline);
  if (!directory) return directory.error();
  const std::string state = without_newline(*directory) + '/';
  const auto present = [&state](const char* name) {
    std::error_code ignored;
    return std::filesystem::exists(state + name, ignored);
  };
  for (const char* name : {"CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"})
    if (present(name)) return true;
  return present("MERGE_MSG") && !present("MERGE_HEAD");
}

}  // namespace governor::ctl
