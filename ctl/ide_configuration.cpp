#include "ctl/ide_configuration.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>

namespace governor::ctl {

namespace {

constexpr std::string_view kProxyName = "governor-proxy";

bool is_program(const std::string& path) {
  return path.starts_with('/') && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

ipc::Result<std::string> find_proxy(const ipc::Environment& environment, const std::string& self) {
  if (const auto given = environment.lookup("GOVERNOR_PROXY")) {
    const std::string path(*given);
    if (is_program(path)) return path;
    return ipc::Error{ipc::Errc::not_found, 0,
                      "GOVERNOR_PROXY is " + path + ", which is not the absolute path of a program"};
  }
  std::string beside = self.substr(0, self.rfind('/') + 1) + std::string(kProxyName);
  if (is_program(beside)) return beside;
  std::string_view rest = environment.lookup("PATH").value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::string candidate = std::string(rest.substr(0, end)) + '/' + std::string(kProxyName);
    if (is_program(candidate)) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return ipc::Error{ipc::Errc::not_found, 0,
                    "governor-proxy is neither beside governorctl nor in PATH; install both, or name it with "
                    "GOVERNOR_PROXY"};
}

std::string ide_configuration(std::string_view proxy, Layout layout) {
  const std::string path = boost::json::serialize(boost::json::string(proxy));
  if (layout == Layout::compact) return R"({"mcpServers":{"governor":{"command":)" + path + "}}}";
  return "{\n  \"mcpServers\": {\n    \"governor\": {\n      \"command\": " + path + "\n    }\n  }\n}";
}

}  // namespace governor::ctl
