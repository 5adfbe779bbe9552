#pragma once

#include <string>

#include "bench/load/dialect.hpp"

namespace governor::bench {

// The same durable effect in redis: one script that writes the agent's state (hash of 8 fields), appends to
// its history, appends to an audit stream and keeps the session's last answer.
class RedisDialect : public Dialect {
 public:
  // Loads the script through a connection of its own; throws std::runtime_error when redis refuses it.
  explicit RedisDialect(const std::string& socket);

  void append_request(const Request& request, std::string& out) override;
  Judgement judge(const Request&, std::string_view reply) override {
    return reply.starts_with(':') ? Judgement::kSuccess : Judgement::kFailure;
  }

 private:
  std::string script_hash_;
};

}  // namespace governor::bench
