#include "gateway/lifecycle/confine_gateway.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "ipc/sandbox/confinement.hpp"
#include "ipc/sandbox/sanitizer_log.hpp"

namespace governor::gateway {

std::vector<std::string> confine_gateway(const ipc::Paths& paths, const std::string& socket_path) {
  std::vector<std::string> places = ipc::sanitizer_log_directories();
  places.insert(places.end(), {paths.state_dir, paths.runtime_dir});
  std::vector<std::string> to_tidy;
  const std::size_t slash = socket_path.rfind('/');
  if (!socket_path.empty() && slash == std::string::npos) to_tidy.emplace_back(".");
  if (slash != std::string::npos) to_tidy.push_back(slash == 0 ? "/" : socket_path.substr(0, slash));
  std::vector<std::string> missing = ipc::confine_thread(places, to_tidy);
  for (const std::string& what : missing) spdlog::warn("the gateway cannot be kept from {}", what);
  if (missing.empty()) spdlog::info("the gateway is confined");
  return missing;
}

}  // namespace governor::gateway
