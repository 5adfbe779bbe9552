#pragma once

#include <memory>
#include <vector>

#include "tests/support/proxy_conversation.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/socket_conversation.hpp"

namespace governor::test {

inline std::vector<std::unique_ptr<Conversation>> proxies(const Sandbox& sandbox, int count,
                                                          const std::string& program = kProxy) {
  std::vector<std::unique_ptr<Conversation>> clients;
  for (int i = 0; i < count; ++i) clients.push_back(std::make_unique<ProxyConversation>(sandbox, program));
  return clients;
}

/// Clients with every tool, and not only those of the default profile.
inline std::vector<std::unique_ptr<Conversation>> full_proxies(const Sandbox& sandbox, std::size_t count) {
  std::vector<std::unique_ptr<Conversation>> clients;
  const Command command = sandbox.command(kProxy, {"--tools", "full"});
  while (clients.size() < count) clients.push_back(std::make_unique<ProxyConversation>(command));
  return clients;
}

inline std::vector<std::unique_ptr<Conversation>> sockets(const Sandbox& sandbox, int count) {
  std::vector<std::unique_ptr<Conversation>> clients;
  for (int i = 0; i < count; ++i) clients.push_back(std::make_unique<SocketConversation>(sandbox));
  return clients;
}

enum class Way { proxy, socket };

/// Conversation tests run both ways; the socket needs a daemon that runs already.
inline std::unique_ptr<Conversation> converse(const Sandbox& sandbox, Way way) {
  if (way == Way::proxy) return std::make_unique<ProxyConversation>(sandbox);
  return std::make_unique<SocketConversation>(sandbox);
}

}  // namespace governor::test
