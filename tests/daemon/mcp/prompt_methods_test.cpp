// Prompts in every revision, without a socket or a state.
#include "daemon/mcp/prompt_methods.hpp"

#include <boost/json.hpp>
#include <string>

#include "daemon/mcp/interpreter.hpp"
#include "daemon/mcp/prompt_catalogue.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
namespace json = boost::json;

namespace {

struct PromptMethods {
  Action ask(Revision revision, std::string_view method, std::string_view params = "") {
    Interpreter interpreter(ToolEnvironment{facts, counters, [](std::size_t) { return std::string(); }});
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

  json::object said(Revision revision, std::string_view method, std::string_view params = "") {
    const Action action = ask(revision, method, params);
    const auto* now = std::get_if<ReplyNow>(&action);
    REQUIRE(now != nullptr);
    return json::parse(now->text).as_object();
  }

  ServerFacts facts;
  Counters counters;
};

}  // namespace

TEST_CASE_METHOD(PromptMethods, "prompts are listed in the form of the revision, in one page") {
  for (const Revision revision : {Revision::v2024_11_05, Revision::v2025_11_25, Revision::v2026_07_28}) {
    INFO(to_string(revision));
    const auto list = said(revision, "prompts/list").at("result").as_object();
    REQUIRE(list.at("prompts").as_array().size() == all_prompts().size());
    for (const auto& prompt : list.at("prompts").as_array())
      CHECK(prompt.as_object().contains("title") == has_titles(revision));
    CHECK_FALSE(list.at("prompts").at(0).as_object().contains("arguments"));
    CHECK(list.at("prompts").at(1).at("arguments").at(0).at("required") == false);
    CHECK(list.contains("ttlMs") == is_stateless(revision));
    CHECK(list.contains("resultType") == is_stateless(revision));
    CHECK(said(revision, "prompts/list", R"("cursor":"x")").at("error").at("code") == -32602);
  }
}

TEST_CASE_METHOD(PromptMethods, "a prompt is a call that only reads") {
  for (const auto* params :
       {R"("name":"fleet_status")", R"("name":"take_over","arguments":{"agent_id":"ada"})",
        R"("name":"take_over","arguments":{"agent_id":""})", R"("name":"standup","arguments":{"since":"8h"})",
        R"("name":"standup","arguments":{"since":"2026-01-31T12:00:00Z"})"}) {
    INFO(params);
    const Action action = ask(Revision::v2025_11_25, "prompts/get", params);
    const auto* call = std::get_if<AskResource>(&action);
    REQUIRE(call != nullptr);
    CHECK(call->method->is_read_only());
  }
}

TEST_CASE_METHOD(PromptMethods, "what no prompt takes is refused with what it takes") {
  const std::pair<std::string_view, std::string_view> refused[] = {
      {R"("name":3)", "needs name"},
      {R"("name":"nothing")", "prompts/list"},
      {R"("name":"standup","arguments":[])", "an object of texts"},
      {R"("name":"standup","arguments":{"since":8})", "Such as 8h"},
      {R"("name":"standup","arguments":{"since":"yesterday"})", "a duration such as 8h"},
      {R"("name":"standup","arguments":{"until":"8h"})", "the argument since"},
      {R"("name":"fleet_status","arguments":{"agent_id":"ada"})", "no arguments"},
      {R"("name":"take_over","arguments":{"agent_id":"a b"})", "agent_id"},
  };
  for (const auto& [params, word] : refused) {
    INFO(params);
    const auto reply = said(Revision::v2026_07_28, "prompts/get", params);
    CHECK(reply.at("error").at("code") == -32602);
    CHECK(json::serialize(reply).find(word) != std::string::npos);
  }
}
