#include "gateway/rules/place.hpp"

#include <algorithm>
#include <array>

#include "gateway/rules/request_head.hpp"

namespace governor::gateway {
namespace {

constexpr std::array<std::string_view, 3> kOwnNames{"127.0.0.1", "localhost", "[::1]"};
constexpr std::uint16_t kPortOfHttp = 80;

}  // namespace

std::string Place::url() const {
  return port == 0 ? "http://localhost" : "http://127.0.0.1:" + std::to_string(port);
}

bool is_own_host(std::string_view host, const Place& place) {
  return std::any_of(kOwnNames.begin(), kOwnNames.end(), [&](std::string_view name) {
    if (!same_word(host.substr(0, name.size()), name)) return false;
    const std::string_view rest = host.substr(name.size());
    // Through a Unix socket comes nobody who could be led astray by a name.
    if (place.port == 0) return rest.empty() || rest.starts_with(':');
    if (rest.empty()) return place.port == kPortOfHttp;
    return rest.starts_with(':') && rest.substr(1) == std::to_string(place.port);
  });
}

bool is_own_origin(std::string_view origin, const Place& place) {
  constexpr std::string_view kScheme = "http://";
  return origin.starts_with(kScheme) && is_own_host(origin.substr(kScheme.size()), place);
}

}  // namespace governor::gateway
