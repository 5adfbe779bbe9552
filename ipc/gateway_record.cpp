#include "ipc/gateway_record.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "ipc/json_members.hpp"
#include "ipc/replace_file.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {
namespace {

std::string record_file(const Paths& paths) {
  return paths.runtime_dir + "/gateway.json";
}

std::int64_t number_in(std::string_view text, std::string_view name) {
  const auto raw = find_member(text, name);
  return raw ? decode_integer(*raw).value_or(0) : 0;
}

}  // namespace

Result<void> write_gateway_record(const Paths& paths, const GatewayRecord& record) {
  std::string text =
      "{\"pid\":" + std::to_string(record.pid) + ",\"port\":" + std::to_string(record.port) + ",\"socket\":";
  append_json_string(text, record.socket);
  return replace_file(record_file(paths), text + "}\n");
}

std::optional<GatewayRecord> read_gateway_record(const Paths& paths) {
  std::ifstream file(record_file(paths), std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  GatewayRecord record;
  record.pid = static_cast<pid_t>(number_in(text, "pid"));
  const std::int64_t port = number_in(text, "port");
  if (record.pid <= 0 || port < 0 || port > 65535) return std::nullopt;
  record.port = static_cast<std::uint16_t>(port);
  if (const auto socket = find_member(text, "socket")) record.socket = decode_string(*socket).value_or("");
  return record;
}

void remove_gateway_record(const Paths& paths) {
  ::unlink(record_file(paths).c_str());
}

std::string gateway_lock_file(const Paths& paths) {
  return paths.runtime_dir + "/gateway.lock";
}

std::optional<pid_t> running_gateway(const Paths& paths) {
  const UniqueFd file(::open(gateway_lock_file(paths).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  struct flock asked {};
  asked.l_type = F_WRLCK;
  asked.l_whence = SEEK_SET;
  if (!file || ::fcntl(file.get(), F_GETLK, &asked) != 0 || asked.l_type == F_UNLCK) return std::nullopt;
  return asked.l_pid;
}

std::string gateway_login_file(const Paths& paths) {
  return paths.runtime_dir + "/gateway.login";
}

std::string gateway_browsers_file(const Paths& paths) {
  return paths.state_dir + "/gateway.browsers";
}

}  // namespace governor::ipc
