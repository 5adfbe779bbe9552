#include "tests/daemon/state/resource_client.hpp"

#include "tests/support/catch.hpp"

namespace governor::daemon::test {
namespace {

namespace json = boost::json;

constexpr std::string_view kMeta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                                   R"("io.modelcontextprotocol/clientCapabilities":{}})";

std::string quoted(std::string_view text) {
  return json::serialize(json::value(text));
}

}  // namespace

ResourceClient::ResourceClient(const std::string& socket, Era era, std::string_view session)
    : era_(era),
      session_(session),
      client_(socket),
      resumed_(client_.hello(session).at("resumed").as_bool()) {
  if (era_ == Era::legacy && !resumed_) {
    ask("initialize", R"("protocolVersion":"2025-06-18","capabilities":{},)"
                      R"("clientInfo":{"name":"watcher","version":"1"})");
  }
}

ResourceClient::ResourceClient(const std::string& socket, const ResourceClient& before)
    : ResourceClient(socket, before.era_, before.session_) {
  last_line_ = before.last_line_;
}

std::uint64_t ResourceClient::send(std::string_view method, std::string_view params) {
  std::string members(params);
  if (era_ == Era::modern) {
    if (!members.empty()) members += ',';
    members += kMeta;
  }
  const std::string number = std::to_string(++last_line_);
  client_.send(number + R"( {"jsonrpc":"2.0","id":)" + number + R"(,"method":)" + quoted(method) +
               R"(,"params":{)" + members + "}}");
  return last_line_;
}

json::object ResourceClient::answer(std::uint64_t line) {
  return json::parse(client_.answer(line)).as_object();
}

json::object ResourceClient::ask(std::string_view method, std::string_view params) {
  return answer(send(method, params));
}

json::object ResourceClient::read(std::string_view uri) {
  const json::object reply = ask("resources/read", R"("uri":)" + quoted(uri));
  INFO(json::serialize(reply));
  REQUIRE(reply.contains("result"));
  const json::array& contents = reply.at("result").at("contents").as_array();
  REQUIRE(contents.size() == 1);
  REQUIRE(contents[0].at("uri").as_string() == uri);
  REQUIRE(contents[0].at("mimeType").as_string() == "application/json");
  return json::parse(contents[0].at("text").as_string()).as_object();
}

json::object ResourceClient::read_error(std::string_view uri) {
  return ask("resources/read", R"("uri":)" + quoted(uri)).at("error").as_object();
}

void ResourceClient::subscribe(const std::vector<std::string>& uris) {
  if (era_ == Era::legacy) {
    for (const std::string& uri : uris) REQUIRE(subscribe_to(uri).at("result").as_object().empty());
  } else {
    listen(uris);
    acknowledged();
  }
}

json::object ResourceClient::subscribe_to(std::string_view uri) {
  return ask("resources/subscribe", R"("uri":)" + quoted(uri));
}

json::object ResourceClient::unsubscribe_from(std::string_view uri) {
  return ask("resources/unsubscribe", R"("uri":)" + quoted(uri));
}

std::uint64_t ResourceClient::listen(const std::vector<std::string>& uris) {
  json::array list(uris.begin(), uris.end());
  return send("subscriptions/listen",
              R"("notifications":{"resourceSubscriptions":)" + json::serialize(list) + "}");
}

json::object ResourceClient::acknowledged() {
  const json::object notice = client_.next_notice();
  REQUIRE(notice.at("method").as_string() == "notifications/subscriptions/acknowledged");
  return notice.at("params").as_object();
}

std::string ResourceClient::next_changed() {
  const json::object notice = client_.next_notice();
  REQUIRE(notice.at("method").as_string() == "notifications/resources/updated");
  return std::string(notice.at("params").at("uri").as_string());
}

bool ResourceClient::told_anything() {
  client_.health();
  return client_.kept_notices() > 0;
}

}  // namespace governor::daemon::test
