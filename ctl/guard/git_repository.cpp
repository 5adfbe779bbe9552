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

ipc::Result<std::string> GitRepository::hooks_directory(ipc::Deadline deadline) const {
  auto answer = ask({"rev-parse", "--git-path", "hooks"}, deadline);
  if (!answer) return answer.error();
  std::filesystem::path path(without_newline(std::move(*answer)));
  if (path.is_relative()) path = std::filesystem::path(directory_) / path;
  std::error_code failure;
  const auto absolute = std::filesystem::absolute(path, failure);
  if (failure) return ipc::system_error("cannot resolve " + path.string(), failure.value());
  return absolute.lexically_normal().string();
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

}  // namespace governor::ctl
