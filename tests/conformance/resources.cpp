#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>
#include <utility>

#include "daemon/mcp/members.hpp"
#include "daemon/resources/subscribe_call.hpp"
#include "tests/conformance/fixed_answer.hpp"
#include "tests/conformance/fixtures.hpp"

namespace governor::conformance {
namespace {

namespace json = boost::json;
using namespace daemon;

constexpr std::string_view kWatched = "test://watched-resource";
constexpr std::string_view kBeforeId = "test://template/";
constexpr std::string_view kAfterId = "/data";

constexpr Operation kSubscribeFixture{"resources/subscribe", Effect::idempotent};
constexpr Operation kUnsubscribeFixture{"resources/unsubscribe", Effect::idempotent};

/// Empty: there is no such resource.
json::object contents_of(std::string_view uri) {
  if (uri == "test://static-text") {
    return {{"uri", uri},
            {"mimeType", "text/plain"},
            {"text", "This is the content of the static text resource."}};
  }
  if (uri == "test://static-binary") return {{"uri", uri}, {"mimeType", "image/png"}, {"blob", kPicture}};
  if (uri == kWatched) return {{"uri", uri}, {"mimeType", "text/plain"}, {"text", "It does not change."}};
  if (uri.starts_with(kBeforeId) && uri.ends_with(kAfterId) &&
      uri.size() > kBeforeId.size() + kAfterId.size()) {
    const std::string_view id = uri.substr(kBeforeId.size(), uri.size() - kBeforeId.size() - kAfterId.size());
    const json::object data{{"id", id}, {"templateTest", true}, {"data", fmt::format("Data for ID: {}", id)}};
    return {{"uri", uri}, {"mimeType", "application/json"}, {"text", json::serialize(data)}};
  }
  return {};
}

}  // namespace

std::vector<std::string_view> resource_entries() {
  return {R"({"uri":"test://static-text","name":"static_text","mimeType":"text/plain"})",
          R"({"uri":"test://static-binary","name":"static_binary","mimeType":"image/png"})",
          R"({"uri":"test://watched-resource","name":"watched","mimeType":"text/plain"})"};
}

std::vector<std::string_view> template_entries() {
  return {R"({"uriTemplate":"test://template/{id}/data","name":"template","mimeType":"application/json"})"};
}

std::optional<Action> interpret_resource(const ExtensionRequest& given) {
  const std::string_view method = given.request.method;
  const std::string uri = member_text(given.request.params, "uri");
  if (method == "resources/read") {
    json::object contents = contents_of(uri);
    if (contents.empty()) return std::nullopt;
    json::object result;
    if (is_stateless(given.revision)) result = {{"ttlMs", 0}, {"cacheScope", "private"}};
    result["contents"] = json::array{std::move(contents)};
    return result_action(given, std::move(result));
  }
  const bool subscribes = method == "resources/subscribe";
  const bool is_about_it = uri == kWatched && !is_stateless(given.revision);
  if (!is_about_it || (!subscribes && method != "resources/unsubscribe")) return std::nullopt;
  return AskResource{Envelope{given.request.id, given.revision}, make_subscribe_call(uri, subscribes),
                     subscribes ? &kSubscribeFixture : &kUnsubscribeFixture};
}

}  // namespace governor::conformance
