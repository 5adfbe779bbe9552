#include "bench/load/governor_dialect.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <random>
#include <utility>

#include "bench/load/sample_text.hpp"

namespace governor::bench {
namespace {

// A proxy confirms at least every 64 lines, so this does too: it is part of the daemon's work.
constexpr std::uint64_t kConfirmEvery = 64;

constexpr std::string_view kMeta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientInfo":{"name":"governor-bench","version":"1.0"},)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";

std::string random_session() {
  static std::random_device random;
  char text[33];
  std::snprintf(text, sizeof text, "%08x%08x%08x%08x", random(), random(), random(), random());
  return text;
}

/// Replies are a few kilobytes full of quotes, on which string_view::find is several times slower than
/// memmem.
std::size_t find_fast(std::string_view text, std::string_view what) {
  const void* found = memmem(text.data(), text.size(), what.data(), what.size());
  return found == nullptr ? text.npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

Judgement success_if_contains(std::string_view reply, std::string_view what) {
  return find_fast(reply, what) != reply.npos ? Judgement::kSuccess : Judgement::kFailure;
}

void append_call(std::uint64_t id, std::string_view tool, std::string& out) {
  out += R"({"jsonrpc":"2.0","id":)";
  out += std::to_string(id);
  out += R"(,"method":"tools/call","params":{)";
  out += kMeta;
  out += R"(,"name":")";
  out += tool;
  out += R"(","arguments":{"agent_id":")";
}

}  // namespace

GovernorDialect::GovernorDialect(const Options& options, UpdateLedger& ledger)
    : options_(options), ledger_(ledger), leases_(static_cast<std::size_t>(options.clients)) {
  for (int i = 0; i < options.clients; ++i) sessions_.push_back(random_session());
}

std::string GovernorDialect::greeting(int client) const {
  if (options_.plain)
    return std::string(R"({"jsonrpc":"2.0","id":0,"method":"server/discover","params":{)") +
           std::string(kMeta) + "}}\n";
  return R"({"jsonrpc":"2.0","id":0,"method":"governor/hello","params":{"protocol":1,)"
         R"("build":"0.0.0+0.bench","session":")" +
         sessions_[static_cast<std::size_t>(client)] + R"(","pid":)" + std::to_string(getpid()) +
         R"(,"cwd":"/","client":"bench"}})" + "\n";
}

void GovernorDialect::append_request(const Request& request, std::string& out) {
  if (!options_.plain) {
    if (request.number % kConfirmEvery == 0) {
      out += R"({"jsonrpc":"2.0","method":"governor/answered","params":{"below":)";
      out += std::to_string(request.number);
      out += R"(,"also":[]}})";
      out += '\n';
    }
    out += std::to_string(request.number);
    out += ' ';
  }
  switch (options_.target) {
    case Target::kRead:
    case Target::kEcho:
      append_call(request.number, "get_governance_metrics", out);
      out += ledger_.agent_name(request.agent);
      out += "\"}}}\n";
      break;
    case Target::kDiscover:
      out += R"({"jsonrpc":"2.0","id":)";
      out += std::to_string(request.number);
      out += R"(,"method":"server/discover","params":{)";
      out += kMeta;
      out += "}}\n";
      break;
    case Target::kLease: append_lease_call(request, out); break;
    default: append_update(request, out);
  }
}

void GovernorDialect::append_update(const Request& request, std::string& out) const {
  append_call(request.number, "process_agent_update", out);
  out += ledger_.agent_name(request.agent);
  out += R"(","parameters":[0.51,0.24,0.)";
  out += std::to_string(300 + request.number % 100);
  out += R"(,0.75,0.12,0.66,0.4,0.93],"ethical_drift":[0.02,0.0,0.01],"response_text":")";
  append_sample_text(request.client, request.number, out);
  out += R"(","complexity":0.4,"confidence":0.9}}})";
  out += '\n';
}

void GovernorDialect::append_lease_call(const Request& request, std::string& out) const {
  const std::uint64_t lease = leases_[static_cast<std::size_t>(request.client)];
  out +=
      R"({"jsonrpc":"2.0","id":)" + std::to_string(request.number) + R"(,"method":"tools/call","params":{)";
  out += kMeta;
  if (lease != 0) {
    out += R"(,"name":"release_write","arguments":{"lease":)" + std::to_string(lease) + "}}}\n";
  } else {
    out += R"(,"name":"request_write","arguments":{"paths":[")" + options_.directory + "/file-" +
           std::to_string(request.client) + "-" + std::to_string(request.number % 64) + R"("]}}})" + "\n";
  }
}

Judgement GovernorDialect::judge(const Request& request, std::string_view reply) {
  if (reply.starts_with(R"({"jsonrpc":"2.0","method":)")) return Judgement::kUnrelated;
  if (!options_.plain) {
    const std::string number = std::to_string(request.number) + ' ';
    if (!reply.starts_with(number)) return Judgement::kFailure;
  }
  switch (options_.target) {
    case Target::kUpdate: return judge_update(request, reply);
    case Target::kLease: return judge_lease(request, reply);
    case Target::kRead: return success_if_contains(reply, R"("structuredContent":)");
    default: return success_if_contains(reply, R"("result":)");
  }
}

Judgement GovernorDialect::judge_update(const Request& request, std::string_view reply) {
  std::uint64_t update = 0;
  if (!find_number(reply, "update", update)) return Judgement::kFailure;
  ledger_.acknowledge(request.agent, update);
  return Judgement::kSuccess;
}

Judgement GovernorDialect::judge_lease(const Request& request, std::string_view reply) {
  std::uint64_t& lease = leases_[static_cast<std::size_t>(request.client)];
  if (std::exchange(lease, 0) != 0) return success_if_contains(reply, R"("structuredContent":)");
  return find_number(reply, "lease", lease) ? Judgement::kSuccess : Judgement::kFailure;
}

std::string GovernorDialect::farewell(int) const {
  if (options_.plain) return {};  // the proxy says goodbye itself when its stdin ends
  return R"({"jsonrpc":"2.0","method":"governor/goodbye"})"
         "\n";
}

std::string metrics_request(const std::string& agent, std::uint64_t id) {
  std::string line;
  append_call(id, "get_governance_metrics", line);
  return line + agent + R"(","detail":"full"}}})";
}

bool find_number(std::string_view json, std::string_view key, std::uint64_t& number) {
  // The same JSON stands in the text content with its quotes escaped; there the key is followed by a
  // backslash.
  const std::string quoted = '"' + std::string(key) + "\":";
  std::size_t at = find_fast(json, quoted);
  if (at == json.npos) return false;
  at += quoted.size();
  const std::size_t begin = at;
  number = 0;
  for (; at < json.size() && json[at] >= '0' && json[at] <= '9'; ++at) {
    number = 10 * number + static_cast<std::uint64_t>(json[at] - '0');
  }
  return at > begin;
}

}  // namespace governor::bench
