// Resources, completion and listening in every revision, without a socket or a state.
#include "daemon/mcp/resource_methods.hpp"

#include <boost/json.hpp>
#include <string>

#include "daemon/mcp/catalogue.hpp"
#include "daemon/mcp/interpreter.hpp"
#include "daemon/mcp/listen_messages.hpp"
#include "daemon/support/limits.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
namespace json = boost::json;

namespace {

constexpr Revision kLegacy[] = {Revision::v2024_11_05, Revision::v2025_03_26, Revision::v2025_06_18,
                                Revision::v2025_11_25};

std::string no_hex(std::size_t) {
  return {};
}

struct ResourceMethods {
  /// A request of the revision, whose connection has said what the revision wants before.
  Action ask(Revision revision, std::string_view method, std::string_view params = "") {
    Interpreter interpreter(ToolEnvironment{facts, counters, no_hex});
    std::string more(params);
    if (is_stateless(revision)) {
      more += std::string(more.empty() ? "" : ",") +
              R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
              R"("io.modelcontextprotocol/clientCapabilities":{}})";
    } else {
      interpreter.resume(std::string(to_string(revision)), "");
    }
    return interpreter.interpret(Message::parse(
        R"({"jsonrpc":"2.0","id":"q","method":")" + std::string(method) + R"(","params":{)" + more + "}}",
        {}));
  }
  Action ask_modern(std::string_view method, std::string_view params = "") {
    return ask(Revision::v2026_07_28, method, params);
  }

  ServerFacts facts;
  Counters counters;
};

json::object method_reply(const Action& action) {
  const auto* now = std::get_if<ReplyNow>(&action);
  REQUIRE(now != nullptr);
  return json::parse(now->text).as_object();
}
json::object error(const Action& action) {
  return method_reply(action).at("error").as_object();
}

}  // namespace

TEST_CASE_METHOD(ResourceMethods,
                 "the lists name the fixed resources and the templates, in the form of the revision") {
  for (const Revision revision : {kLegacy[0], kLegacy[1], kLegacy[2], kLegacy[3], Revision::v2026_07_28}) {
    INFO(to_string(revision));
    const auto list = method_reply(ask(revision, "resources/list")).at("result").as_object();
    std::vector<std::string> uris;
    for (const auto& entry : list.at("resources").as_array()) {
      uris.emplace_back(entry.at("uri").as_string());
      CHECK(entry.at("mimeType").as_string() == "application/json");
      CHECK_FALSE(entry.at("name").as_string().empty());
      CHECK(entry.as_object().contains("title") == (revision >= Revision::v2025_06_18));
    }
    CHECK(uris == std::vector<std::string>{"governor://agents", "governor://alerts", "governor://leases",
                                           "governor://deployments", "governor://approvals",
                                           "governor://thresholds"});
    CHECK_FALSE(list.contains("nextCursor"));
    const auto templates = method_reply(ask(revision, "resources/templates/list")).at("result").as_object();
    REQUIRE(templates.at("resourceTemplates").as_array().size() == 3);
    CHECK(templates.at("resourceTemplates").at(0).at("uriTemplate").as_string() == "governor://agents/{id}");
    for (const auto* result : {&list, &templates}) {
      CHECK(result->contains("ttlMs") == is_stateless(revision));
      CHECK(result->contains("cacheScope") == is_stateless(revision));
      CHECK(result->contains("resultType") == is_stateless(revision));
    }
    CHECK(error(ask(revision, "resources/list", R"("cursor":"x")")).at("code").as_int64() == -32602);
    CHECK(error(ask(revision, "resources/templates/list", R"("cursor":"x")")).at("code").as_int64() ==
          -32602);
  }
}

TEST_CASE_METHOD(ResourceMethods, "each revision announces what it has words for") {
  const auto capabilities = [](std::string_view result) {
    return json::parse(result).at("capabilities").as_object();
  };
  for (const Revision revision : kLegacy) {
    const auto announced = capabilities(initialize_json(revision));
    CHECK(announced.at("resources") == json::value{{"subscribe", true}, {"listChanged", false}});
    CHECK(announced.contains("completions") == (revision > Revision::v2024_11_05));
    CHECK(announced.at("prompts") == json::value{{"listChanged", false}});
    CHECK(announced.contains("tools"));
  }
  const auto announced = capabilities(discover_json());
  CHECK(announced.at("resources") == json::value{{"subscribe", true}, {"listChanged", false}});
  CHECK(announced.contains("completions"));
}

TEST_CASE_METHOD(ResourceMethods, "a read of a resource is a call that only reads") {
  for (const char* uri : {"governor://agents", "governor://agents/ada", "governor://agents/ada/history",
                          "governor://alerts", "governor://thresholds"}) {
    const Action action = ask_modern("resources/read", R"("uri":")" + std::string(uri) + "\"");
    INFO(uri);
    REQUIRE(std::holds_alternative<AskResource>(action));
    const auto& asked = std::get<AskResource>(action);
    CHECK(asked.method->is_read_only());
    CHECK(asked.envelope.id == "\"q\"");
    CHECK(asked.call != nullptr);
  }
}

TEST_CASE_METHOD(ResourceMethods, "an unknown resource is told with the code of the revision") {
  const std::string params = R"("uri":"governor://nothing")";
  for (const Revision revision : kLegacy) {
    for (const char* method : {"resources/read", "resources/subscribe", "resources/unsubscribe"}) {
      const json::object told = error(ask(revision, method, params));
      CHECK(told.at("code").as_int64() == -32002);
      CHECK(told.at("data").at("uri").as_string() == "governor://nothing");
    }
  }
  const json::object told = error(ask_modern("resources/read", params));
  CHECK(told.at("code").as_int64() == -32602);
  CHECK(told.at("data").at("uri").as_string() == "governor://nothing");
  CHECK(told.at("data").at("code").as_string() == "not_found");
  // A long one is told shortened.
  const json::object cut =
      error(ask_modern("resources/read", R"("uri":")" + std::string(100'000, 'x') + "\""));
  CHECK(cut.at("data").at("uri").as_string().size() <= 256);
}

TEST_CASE_METHOD(ResourceMethods, "a request about a resource needs its URI, a text") {
  for (const char* method : {"resources/read", "resources/subscribe", "resources/unsubscribe"}) {
    INFO(method);
    CHECK(error(ask(Revision::v2025_11_25, method)).at("code").as_int64() == -32602);
    CHECK(error(ask(Revision::v2025_11_25, method, R"("uri":7)")).at("code").as_int64() == -32602);
  }
}

TEST_CASE_METHOD(ResourceMethods, "subscribing belongs to the older revisions, listening to the newest") {
  const std::string params = R"("uri":"governor://agents/nobody-yet")";
  for (const char* method : {"resources/subscribe", "resources/unsubscribe"}) {
    for (const Revision revision : kLegacy) {
      const Action action = ask(revision, method, params);
      REQUIRE(std::holds_alternative<AskResource>(action));
      CHECK_FALSE(std::get<AskResource>(action).method->is_read_only());
    }
    CHECK(error(ask_modern(method, params)).at("code").as_int64() == -32601);
  }
  CHECK(error(ask(Revision::v2025_11_25, "subscriptions/listen", R"("notifications":{})"))
            .at("code")
            .as_int64() == -32601);
}

TEST_CASE_METHOD(ResourceMethods, "before initialize a request about resources is told what is missing") {
  Interpreter interpreter(ToolEnvironment{facts, counters, no_hex});
  for (const char* method : {"resources/list", "resources/read", "resources/subscribe", "completion/complete",
                             "resources/templates/list", "resources/unsubscribe"}) {
    const Action action = interpreter.interpret(
        Message::parse(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + "\"}", {}));
    INFO(method);
    CHECK(error(action).at("code").as_int64() == -32602);
    CHECK(error(action).at("message").as_string().find("initialize") != std::string::npos);
  }
}

TEST_CASE_METHOD(ResourceMethods,
                 "a stream names the resources that exist in form, each once, and leaves the rest out") {
  const Action action = ask_modern(
      "subscriptions/listen",
      R"("notifications":{"toolsListChanged":true,"resourceSubscriptions":["governor://agents/ada",)"
      R"("file:///etc/passwd","governor://agents","governor://agents/ada","governor://agents/"]})");
  const auto& listen = std::get<Listen>(action);
  CHECK(listen.id == "\"q\"");
  CHECK(listen.uris == std::vector<std::string>{"governor://agents", "governor://agents/ada"});
  CHECK(std::get<Listen>(ask_modern("subscriptions/listen", R"("notifications":{})")).uris.empty());
}

TEST_CASE_METHOD(ResourceMethods, "a stream with a filter that is none is refused") {
  for (const char* params : {"", R"("notifications":[])", R"("notifications":{"toolsListChanged":1})",
                             R"("notifications":{"resourceSubscriptions":"governor://agents"})",
                             R"("notifications":{"resourceSubscriptions":[7]})"}) {
    INFO(params);
    CHECK(error(ask_modern("subscriptions/listen", params)).at("code").as_int64() == -32602);
  }
  std::string many;
  for (std::size_t i = 0; i <= kMaxSubscribedUris; ++i) many += "\"governor://agents/a\",";
  many.pop_back();
  const json::object told = error(
      ask_modern("subscriptions/listen", R"("notifications":{"resourceSubscriptions":[)" + many + "]}"));
  CHECK(told.at("message").as_string().find("at most 256") != std::string::npos);
}

TEST_CASE("what is sent about a stream carries its id") {
  const auto acknowledged = json::parse(listen_acknowledged_json("7", {"governor://agents"})).as_object();
  CHECK(acknowledged.at("method").as_string() == "notifications/subscriptions/acknowledged");
  CHECK(acknowledged.at("params").at("_meta").at("io.modelcontextprotocol/subscriptionId").as_int64() == 7);
  CHECK(acknowledged.at("params").at("notifications") ==
        json::value{{"resourceSubscriptions", json::array{"governor://agents"}}});
  CHECK(json::parse(listen_acknowledged_json("7", {})).at("params").at("notifications").as_object().empty());
  CHECK(json::parse(listen_result_json("\"x\"")).at("_meta").at("io.modelcontextprotocol/subscriptionId") ==
        "x");
}

TEST_CASE_METHOD(ResourceMethods, "only the id of the templates can be completed") {
  const auto params = [](std::string_view type, std::string_view uri, std::string_view name,
                         std::string_view value) {
    return R"("ref":{"type":")" + std::string(type) + R"(","uri":")" + std::string(uri) +
           R"("},"argument":{"name":")" + std::string(name) + R"(","value":)" + std::string(value) + "}";
  };
  for (const Revision revision : {Revision::v2024_11_05, Revision::v2025_11_25, Revision::v2026_07_28}) {
    for (const char* uri :
         {"governor://agents/{id}", "governor://agents/{id}/history", "governor://deployments/{id}"}) {
      const Action action = ask(revision, "completion/complete", params("ref/resource", uri, "id", "\"ad\""));
      REQUIRE(std::holds_alternative<AskResource>(action));
      CHECK(std::get<AskResource>(action).method->is_read_only());
    }
    for (const std::string& wrong : {params("ref/resource", "governor://agents", "id", "\"\""),
                                     params("ref/resource", "governor://agents/{id}", "name", "\"\""),
                                     params("ref/resource", "governor://agents/{id}", "id", "7"),
                                     params("ref/prompt", "governor://agents/{id}", "id", "\"\""),
                                     std::string(R"("ref":{})"), std::string()}) {
      INFO(wrong);
      CHECK(error(ask(revision, "completion/complete", wrong)).at("code").as_int64() == -32602);
    }
  }
}

TEST_CASE("errors of a request about resources keep their codes") {
  const auto code = [](core::ErrorCode what, Revision revision) {
    return json::parse(resource_reply({"1", revision}, core::Error(what, "m")))
        .at("error")
        .at("code")
        .as_int64();
  };
  for (const Revision revision : {Revision::v2025_11_25, Revision::v2026_07_28}) {
    CHECK(code(core::ErrorCode::storage_unavailable, revision) == -31003);
    CHECK(code(core::ErrorCode::overloaded, revision) == -31004);
    CHECK(code(core::ErrorCode::shutting_down, revision) == -31005);
    CHECK(code(core::ErrorCode::limit_exceeded, revision) == -32602);
  }
  CHECK(code(core::ErrorCode::not_found, Revision::v2025_11_25) == -32002);
  CHECK(code(core::ErrorCode::not_found, Revision::v2026_07_28) == -32602);
}
