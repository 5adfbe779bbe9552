#include "bench/load/redis_dialect.hpp"

#include <cstdio>
#include <stdexcept>

#include "bench/load/endpoint.hpp"
#include "bench/load/sample_text.hpp"

namespace governor::bench {
namespace {

constexpr std::string_view kScript =
    "local n = redis.call('RPUSH', KEYS[2], ARGV[9])\n"
    "redis.call('HSET', KEYS[1], 'E', ARGV[1], 'I', ARGV[2], 'S', ARGV[3], 'V', ARGV[4], 'lambda1', ARGV[5],"
    " 'integral', ARGV[6], 'time', ARGV[7], 'updates', ARGV[8])\n"
    "redis.call('XADD', KEYS[3], '*', 'agent', KEYS[1], 'event', 'update')\n"
    "redis.call('SET', KEYS[4], n)\n"
    "return n\n";

void append_bulk(std::string_view text, std::string& out) {
  out += '$';
  out += std::to_string(text.size());
  out += "\r\n";
  out += text;
  out += "\r\n";
}

}  // namespace

RedisDialect::RedisDialect(const std::string& socket) {
  LineChannel channel(connect_unix(socket), 10);
  std::string command = "*3\r\n";
  append_bulk("SCRIPT", command);
  append_bulk("LOAD", command);
  append_bulk(kScript, command);
  channel.send(command);
  std::string length;
  if (!channel.receive(length) || length != "$40\r" || !channel.receive(script_hash_)) {
    throw std::runtime_error("redis refused the script: " + length);
  }
  script_hash_.pop_back();  // the carriage return
}

void RedisDialect::append_request(const Request& request, std::string& out) {
  const std::string agent = "agent:" + std::to_string(request.agent);
  const std::string number = std::to_string(request.number);
  out += "*16\r\n";
  append_bulk("EVALSHA", out);
  append_bulk(script_hash_, out);
  append_bulk("4", out);
  append_bulk(agent, out);
  append_bulk("history:" + std::to_string(request.agent), out);
  append_bulk("audit", out);
  append_bulk("answer:" + std::to_string(request.client), out);
  for (const char* value : {"0.7012345678901", "0.8012345678901", "0.2012345678901", "-0.0112345678901",
                            "0.0912345678901", "0.0012345678901", "12.3"}) {
    append_bulk(value, out);
  }
  append_bulk(number, out);
  std::string text;
  append_sample_text(request.client, request.number, text);
  append_bulk(text, out);
}

}  // namespace governor::bench
