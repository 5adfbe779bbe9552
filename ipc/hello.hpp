#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/error.hpp"

namespace governor::ipc {

inline constexpr int kProtocolVersion = 1;
/// How many lines a session may leave unanswered.
inline constexpr std::size_t kMaxUnanswered = 256;

/// What a client says first on a connection that is to carry numbered lines.
struct Hello {
  int protocol = kProtocolVersion;
  std::string build;
  std::string session;  ///< 32 lower-case hex digits; empty: none, see `role`
  std::string role;     ///< person or guard, who need no session; empty: an agent's proxy
  pid_t pid = 0;
  std::string cwd;
  std::string client;  ///< name of the process on whose behalf it connects
  std::string tools;   ///< tool profile; empty: the daemon's default
};

struct HelloReply {
  std::int64_t protocol = 0;
  std::string build;
  pid_t pid = 0;
  bool resumed = false;
};

/// The request line, without newline. Text that is not UTF-8 is replaced where it is not.
std::string encode_hello(const Hello& hello);

/// remote_error with the daemon's message and hint when it refused, protocol_error for what is no reply.
Result<HelloReply> parse_hello_reply(std::string_view line);

}  // namespace governor::ipc
