#include "tests/support/proxy_conversation.hpp"

namespace governor::test {

ProxyConversation::ProxyConversation(const Command& command)
    : process_(command), lines_(std::move(process_.output), std::move(process_.input)) {}

}  // namespace governor::test
