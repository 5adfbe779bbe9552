#include "ipc/daemon_address.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "ipc/connect.hpp"
#include "ipc/connector.hpp"
#include "ipc/peer_credentials.hpp"
#include "ipc/replace_file.hpp"

namespace governor::ipc {
namespace {

constexpr std::size_t kMaxRecord = 256;  // a socket path and a number

std::string record_path(const std::string& state_dir) {
  return state_dir + "/daemon.address";
}

/// Whether the record's listener is at the other end: its socket may have gone, and its path be another
/// daemon's by now.
bool leads_to(const UniqueFd& connection, const DaemonAddress& address) {
  const auto peer = peer_credentials(connection.get());
  return peer && (peer->pid == address.listener || peer->pid == 0 || address.listener == 0);
}

}  // namespace

Result<void> write_daemon_address(const std::string& state_dir, const DaemonAddress& address) {
  // Not synced: after a crash of the machine nobody listens anywhere.
  return replace_file(record_path(state_dir),
                      address.socket + '\n' + std::to_string(address.listener) + '\n');
}

std::optional<DaemonAddress> read_daemon_address(const std::string& state_dir) {
  const UniqueFd file(::open(record_path(state_dir).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return std::nullopt;
  char buffer[kMaxRecord];
  const auto got = ::read(file.get(), buffer, sizeof buffer);
  if (got <= 0) return std::nullopt;
  const std::string_view text(buffer, static_cast<std::size_t>(got));
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with('/')) return std::nullopt;
  DaemonAddress address{std::string(text.substr(0, end)), 0};
  const char* const number = text.data() + end + 1;
  const auto parsed = std::from_chars(number, text.data() + text.size(), address.listener);
  if (parsed.ec != std::errc()) return std::nullopt;
  return address;
}

Result<std::optional<UniqueFd>> try_connect_daemon(const Paths& paths) {
  auto attempt = try_connect(paths.socket);
  if (attempt || attempt.error().code != Errc::no_daemon) return attempt;
  const auto recorded = read_daemon_address(paths.state_dir);
  if (!recorded || recorded->socket == paths.socket) return attempt;
  auto elsewhere = try_connect(recorded->socket);
  // What stands in the record is no reason to fail: without it there is no daemon.
  if (!elsewhere || (*elsewhere && !leads_to(**elsewhere, *recorded))) return attempt;
  return elsewhere;
}

Result<UniqueFd> connect_to_daemon(const Paths& paths, Deadline deadline, Interrupts interrupts) {
  return connect_patiently([&] { return try_connect_daemon(paths); }, paths.socket, deadline, interrupts);
}

}  // namespace governor::ipc
