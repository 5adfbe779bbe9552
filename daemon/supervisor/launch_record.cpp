#include "daemon/supervisor/launch_record.hpp"

#include <errno.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <cstring>
#include <string>

#include "daemon/supervisor/keeper/json_object.hpp"
#include "daemon/support/json_writer.hpp"
#include "ipc/replace_file.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {

std::optional<core::Error> write_request(const KeeperFiles& files, const LaunchRequest& request) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("directory", request.working_directory);
  json.field("worktree", request.workspace == core::WorkspaceMode::worktree).field("base", request.base);
  json.key("environment").begin_object();
  for (const auto& [name, value] : request.environment) json.field(name, text::path_text(value));
  json.end_object().end_object();
  const auto written = ipc::replace_file(files.request(), text + "\n", 0600);
  if (written) return std::nullopt;
  return core::Error(core::ErrorCode::internal_error, written.error().message,
                     "Make room on the disk of the state directory, then deploy again.");
}

std::optional<LaunchRequest> read_request(const KeeperFiles& files, const core::Deployment& deployment) {
  const auto content = read_whole_file(files.request());
  const auto object = content ? parse_object(*content) : std::nullopt;
  auto prompt = read_whole_file(files.first_prompt());
  if (!prompt) prompt = read_whole_file(files.prompt());
  if (!object || !prompt) return std::nullopt;
  LaunchRequest request;
  request.order = deployment.order;
  request.prompt = *std::move(prompt);
  request.working_directory = text_member(*object, "directory");
  if (flag_member(*object, "worktree")) request.workspace = core::WorkspaceMode::worktree;
  request.base = text_member(*object, "base");
  if (const boost::json::object* variables = object_member(*object, "environment")) {
    for (const auto& item : *variables)
      request.environment.emplace_back(item.key(), text::path_bytes(text_member(*variables, item.key())));
  }
  return request;
}

std::optional<core::Error> keep_first_prompt(const KeeperFiles& files) {
  if (::access(files.first_prompt().c_str(), F_OK) == 0) return std::nullopt;
  if (std::rename(files.prompt().c_str(), files.first_prompt().c_str()) == 0) return std::nullopt;
  return core::Error(core::ErrorCode::internal_error,
                     "Its prompt cannot be kept: " + std::string(std::strerror(errno)));
}

}  // namespace governor::daemon
