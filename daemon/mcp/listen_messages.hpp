#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace governor::daemon {

// What is sent about subscriptions. `id` is the JSON text of the id of the request subscriptions/listen.

/// Says that a subscription is open, and of which resources it will tell. Other kinds of notifications are
/// not offered.
std::string listen_acknowledged_json(std::string_view id, const std::vector<std::string>& uris);
/// The result of a subscription that the daemon ends in order.
std::string listen_result_json(std::string_view id);
/// Says that a resource has changed; `id` is empty in the older revisions.
std::string resource_updated_json(std::string_view id, std::string_view uri);

}  // namespace governor::daemon
