#include "gateway/mcp/mcp_sessions.hpp"

#include <utility>

#include "gateway/rules/secrets.hpp"

namespace governor::gateway {
namespace {

constexpr std::chrono::minutes kSweep{1};

}  // namespace

McpSessions::McpSessions(boost::asio::io_context& context, DaemonPlace place)
    : context_(context), place_(std::move(place)), timer_(context) {
  sweep_later();
}

std::shared_ptr<McpSession> McpSessions::make(std::string client, std::string tools) {
  if (size() >= kMost) return nullptr;
  auto session = std::make_shared<McpSession>(context_, std::move(client), std::move(tools), place_);
  session->start();
  return session;
}

std::string McpSessions::keep(std::shared_ptr<McpSession> session) {
  std::string id = new_secret();
  kept_.emplace(id, std::move(session));
  return id;
}

std::shared_ptr<McpSession> McpSessions::find(std::string_view id) {
  const auto found = kept_.find(id);
  if (found == kept_.end()) return nullptr;
  found->second->touch();
  return found->second;
}

bool McpSessions::end(std::string_view id) {
  const auto found = kept_.find(id);
  if (found == kept_.end()) return false;
  const auto session = std::move(found->second);
  kept_.erase(found);
  session->close();
  return true;
}

std::shared_ptr<McpSession> McpSessions::shared(const std::string& client, const std::string& tools) {
  const std::string key = client + '\n' + tools;
  const auto found = shared_.find(key);
  if (found != shared_.end()) {
    found->second->touch();
    return found->second;
  }
  auto session = make(client, tools);
  if (session) shared_.emplace(key, session);
  return session;
}

void McpSessions::drop_idle(Table& table) {
  const auto limit = std::chrono::steady_clock::now() - kLongestIdle;
  for (auto one = table.begin(); one != table.end();) {
    const auto session = one->second;
    const bool is_idle = session->last_used() < limit && !session->is_in_use();
    one = is_idle ? table.erase(one) : std::next(one);
    if (is_idle) session->close();
  }
}

void McpSessions::sweep_later() {
  timer_.expires_after(kSweep);
  timer_.async_wait([this](boost::system::error_code stopped) {
    if (stopped) return;
    drop_idle(kept_);
    drop_idle(shared_);
    sweep_later();
  });
}

void McpSessions::close() {
  timer_.cancel();
  for (Table* table : {&kept_, &shared_})
    for (const auto& [id, session] : std::exchange(*table, {})) session->close();
}

}  // namespace governor::gateway
