#include "ctl/guard/guard_client.hpp"

#include <utility>

#include "ipc/connect.hpp"
#include "ipc/paths.hpp"

namespace governor::ctl {

ipc::Result<ipc::Client> reach_daemon(const Context& context, ipc::Deadline deadline) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  ipc::StartOptions options;
  options.environment = context.environment;
  auto socket = ipc::connect_or_start(*paths, options, deadline);
  if (!socket) return socket.error();
  ipc::Client client(std::move(*socket));
  if (auto said = client.introduce_as("governorctl guard", "guard"); !said) return said.error();
  return client;
}

}  // namespace governor::ctl
