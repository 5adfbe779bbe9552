#include "ctl/guard/guard_client.hpp"

#include <utility>

#include "ipc/connect.hpp"
#include "ipc/daemon_address.hpp"
#include "ipc/paths.hpp"

namespace governor::ctl {

namespace {

ipc::Result<ipc::Client> introduced(ipc::Result<ipc::UniqueFd> socket) {
  if (!socket) return socket.error();
  ipc::Client client(std::move(*socket));
  if (auto said = client.introduce_as("governorctl guard", "guard"); !said) return said.error();
  return client;
}

}  // namespace

ipc::Result<ipc::Client> reach_running_daemon(const Context& context, ipc::Deadline deadline) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  return introduced(ipc::connect_to_daemon(*paths, deadline));
}

ipc::Result<ipc::Client> reach_daemon(const Context& context, ipc::Deadline deadline) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  ipc::StartOptions options;
  options.environment = context.environment;
  return introduced(ipc::connect_or_start(*paths, options, deadline));
}

}  // namespace governor::ctl
