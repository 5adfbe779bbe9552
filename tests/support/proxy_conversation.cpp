#include "tests/support/proxy_conversation.hpp"

#include <sys/ioctl.h>

namespace governor::test {

ProxyConversation::ProxyConversation(const Command& command)
    : process_(command), lines_(std::move(process_.output), std::move(process_.input)) {}

bool ProxyConversation::has_read_all() const {
  int waiting = 0;
  return ::ioctl(lines_.writing_fd(), FIONREAD, &waiting) == 0 && waiting == 0;
}

}  // namespace governor::test
