#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace governor::bench {

// One request of one client.
struct Request {
  int client = 0;
  std::uint64_t number = 0;  // 1, 2, … within the client
  std::uint32_t agent = 0;
};

enum class Judgement {
  kSuccess,
  kFailure,
  kUnrelated,  // not the answer to the request, e.g. a notification
};

// How a server is spoken to. Knows bytes, does no I/O.
class Dialect {
 public:
  virtual ~Dialect() = default;

  // Sent once by each client and answered with exactly one reply; empty when the server expects nothing.
  virtual std::string greeting(int /*client*/) const { return {}; }
  virtual void append_request(const Request& request, std::string& out) = 0;
  // Size of the first complete reply in `bytes`, 0 while it is incomplete. Default: a line.
  virtual std::size_t reply_size(std::string_view bytes) const { return bytes.find('\n') + 1; }
  virtual Judgement judge(const Request& request, std::string_view reply) = 0;
  // Sent when the client has had its last answer; never answered.
  virtual std::string farewell(int /*client*/) const { return {}; }
};

}  // namespace governor::bench
