#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace governor::gateway {

/// Where the gateway listens, and so under which names it may be spoken to.
struct Place {
  std::uint16_t port = 0;   ///< on the loopback addresses; 0: on a Unix socket
  std::string socket_path;  ///< empty: none

  /// Without the slash at its end; of a Unix socket as programs such as curl want it.
  [[nodiscard]] std::string url() const;
};

// A page of another site can make a browser talk to this machine, also under a name of its own that it lets
// point here. What it cannot do is to make the browser lie about names.

/// Whether the Host field names this machine itself, and the port.
bool is_own_host(std::string_view host, const Place& place);
/// Whether the Origin field is that of the gateway's own page.
bool is_own_origin(std::string_view origin, const Place& place);

}  // namespace governor::gateway
