// Two eras of MCP and governor's own methods, without a socket or a state.
#include "daemon/mcp/interpreter.hpp"

#include <boost/json.hpp>
#include <string>

#include "tests/support/catch.hpp"

using namespace governor::daemon;
namespace json = boost::json;

namespace {

std::string fixed_hex(std::size_t bytes) {
  return std::string(bytes * 2, 'a');
}

struct Interpreting {
  Interpreting() {
    facts.build = "1.2.0+1000.abc";
    facts.pid = 4711;
  }

  Action say(std::string_view line) { return interpreter.interpret(Message::parse(line, {})); }
  Action request(std::string_view method, std::string_view params = "{}", std::string_view id = "1") {
    return say(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":")" + std::string(method) +
               R"(","params":)" + std::string(params) + "}");
  }
  /// A request of the stateless era.
  Action modern(std::string_view method, std::string_view more = "") {
    return request(method, R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                           R"("io.modelcontextprotocol/clientCapabilities":{},)"
                           R"("io.modelcontextprotocol/clientInfo":{"name":"ide","version":"9"}})" +
                               std::string(more) + "}");
  }
  Action hello(std::string_view protocol = "1", std::string_view session = "0123456789abcdef0123456789abcdef",
               std::string_view more = "") {
    return request("governor/hello",
                   R"({"protocol":)" + std::string(protocol) + R"(,"session":")" + std::string(session) +
                       R"(","build":"x","pid":5,"cwd":"/w","client":"cursor")" + std::string(more) + "}");
  }

  void initialize(std::string_view revision) {
    const Action action =
        request("initialize", R"({"protocolVersion":")" + std::string(revision) +
                                  R"(","capabilities":{},"clientInfo":{"name":"c","version":"1"}})");
    REQUIRE(std::holds_alternative<Initialize>(action));
  }

  ServerFacts facts;
  Counters counters;
  Interpreter interpreter{ToolEnvironment{facts, counters, fixed_hex}};
};

/// What is answered at once, also if it is written down that it was refused.
json::object reply(const Action& action) {
  const auto* now = std::get_if<ReplyNow>(&action);
  const auto* refused = std::get_if<Refuse>(&action);
  REQUIRE((now != nullptr || refused != nullptr));
  return json::parse(now != nullptr ? now->text : refused->text).as_object();
}

std::int64_t error_code(const Action& action) {
  return reply(action).at("error").at("code").as_int64();
}
std::string error_message(const Action& action) {
  return std::string(reply(action).at("error").at("message").as_string());
}

}  // namespace

TEST_CASE_METHOD(Interpreting, "a connection may ask for health and status without a hello") {
  CHECK(std::get<ReplyHealth>(request("governor/health", "{}", "\"h\"")).id == "\"h\"");
  CHECK(std::get<ReplyStatus>(request("governor/status")).id == "1");
  CHECK(std::holds_alternative<ReplyHealth>(say(R"({"jsonrpc":"2.0","id":1,"method":"governor/health"})")));
}

TEST_CASE_METHOD(Interpreting, "hello opens a session with what it said") {
  const Action action = hello("1", "0123456789abcdef0123456789abcdef", R"(,"tools":"-core,server")");
  const auto& open = std::get<OpenSession>(action);
  CHECK(open.session.id == "0123456789abcdef0123456789abcdef");
  CHECK(open.session.resumable);
  CHECK(open.session.client_name == "cursor");
  CHECK(open.session.working_directory == "/w");
  CHECK(open.session.tools == "-core,server");
  // The profile counts from now on.
  const auto listed = reply(modern("tools/list")).at("result").at("tools").as_array();
  CHECK(listed.size() == 3);
  CHECK(error_message(modern("tools/call", R"(,"name":"list_agents")")).find("--tools agents") !=
        std::string::npos);
}

TEST_CASE_METHOD(Interpreting, "a profile that is no text is refused, not taken for none") {
  const Action action = hello("1", "0123456789abcdef0123456789abcdef", R"(,"tools":null)");
  CHECK(error_code(action) == -32602);
  CHECK(error_message(action).find("tools") != std::string::npos);
}

TEST_CASE_METHOD(Interpreting, "without hello every tool may be called, and the list stays the short one") {
  const char* call = R"(,"name":"get_thresholds")";
  CHECK(std::get<CallTool>(modern("tools/call", call)).tool->name == "get_thresholds");
  CHECK(reply(modern("tools/list")).at("result").at("tools").as_array().size() ==
        tools_of_profile("core")->size());
  CHECK(error_message(modern("tools/call", R"(,"name":"no_such_tool")")) == "Unknown tool \"no_such_tool\".");
  hello();
  CHECK(error_message(modern("tools/call", call)).find("profile") != std::string::npos);
}

TEST_CASE_METHOD(Interpreting, "hello is refused with what it lacks, and may be said again") {
  CHECK(error_code(say(R"({"jsonrpc":"2.0","id":0,"method":"governor/hello"})")) == -32602);
  CHECK(error_code(request("governor/hello", R"({"session":"0123456789abcdef0123456789abcdef"})")) == -32602);
  CHECK(error_code(hello("\"1\"")) == -32602);
  CHECK(error_code(hello("1", "0123456789ABCDEF0123456789ABCDEF")) == -32602);
  CHECK(error_code(hello("1", "0123")) == -32602);
  CHECK(error_code(hello("1", std::string(33, 'a'))) == -32602);
  CHECK(error_code(hello("1", std::string(32, 'a'), R"(,"tools":"nothing")")) == -32602);
  CHECK(std::holds_alternative<OpenSession>(hello()));
  CHECK(error_code(hello()) == -32600);  // twice on one connection
}

TEST_CASE_METHOD(Interpreting, "another wire protocol is refused with the remedy") {
  const json::object answer = reply(hello("2"));
  CHECK(answer.at("error").at("code").as_int64() == -31002);
  const json::object& data = answer.at("error").at("data").as_object();
  CHECK(data.at("code").as_string() == "protocol_version_mismatch");
  CHECK(data.at("supported") == json::array{1});
  CHECK_FALSE(data.at("hint").as_string().empty());
}

TEST_CASE_METHOD(Interpreting,
                 "a newer program that knows more groups of tools is let in, so that it can take over") {
  const auto hello_of = [&](std::string_view build) {
    return request("governor/hello",
                   R"({"protocol":1,"session":"0123456789abcdef0123456789abcdef","tools":"future",)"
                   R"("build":")" +
                       std::string(build) + "\"}");
  };
  CHECK(error_code(hello_of("1.2.0+1000.abc")) == -32602);
  const Action action = hello_of("1.3.0+2000.def");
  REQUIRE(std::holds_alternative<OpenSession>(action));
  CHECK(std::get<OpenSession>(action).session.tools == "future");  // for the daemon that comes
}

TEST_CASE_METHOD(Interpreting, "a hello with texts beyond all bounds does not keep them") {
  const std::string huge(100000, 'x');
  const Action action =
      request("governor/hello", R"({"protocol":1,"session":"0123456789abcdef0123456789abcdef","cwd":")" +
                                    huge + R"(","client":")" + huge + R"("})");
  CHECK(std::get<OpenSession>(action).session.working_directory.empty());
  CHECK(std::get<OpenSession>(action).session.client_name.empty());
}

TEST_CASE_METHOD(Interpreting, "only a newer build makes the daemon drain") {
  for (const char* build : {"1.2.0+1001.def", "1.3.0+1.x", "2.0.0+1.x"}) {
    const Action action = request("governor/drain", R"({"build":")" + std::string(build) + "\"}");
    INFO(build);
    REQUIRE(std::holds_alternative<StopDaemon>(action));
    const auto result = json::parse(std::get<StopDaemon>(action).reply).at("result").as_object();
    CHECK(result.at("draining").as_bool());
    CHECK(std::get<StopDaemon>(action).reason.find(build) != std::string::npos);
  }
  for (const char* build :
       {"1.2.0+1000.abc", "1.2.0+1000.zzz", "1.2.0+999.def", "1.1.9+9999.x", "garbage", ""}) {
    const Action action = request("governor/drain", R"({"build":")" + std::string(build) + "\"}");
    INFO(build);
    CHECK_FALSE(reply(action).at("result").at("draining").as_bool());
    CHECK(reply(action).at("result").at("build").as_string() == "1.2.0+1000.abc");
  }
  CHECK_FALSE(reply(request("governor/drain", R"({"build":7})")).at("result").at("draining").as_bool());
}

TEST_CASE_METHOD(Interpreting, "stop answers with the pid before the daemon goes") {
  CHECK(std::get<Refuse>(request("governor/stop")).what == "governor/stop");
  hello("1", "0123456789abcdef0123456789abcdef", R"(,"role":"person")");
  const Action action = request("governor/stop", R"({"reason":"by hand"})");
  const auto& stop = std::get<StopDaemon>(action);
  CHECK(stop.reason == "by hand");
  const auto result = json::parse(stop.reply).at("result").as_object();
  CHECK(result.at("stopping").as_bool());
  CHECK(result.at("pid").as_int64() == 4711);
  CHECK(std::get<StopDaemon>(request("governor/stop")).reason == "asked to stop");
}

TEST_CASE_METHOD(Interpreting, "confirmations are read, and malformed ones confirm nothing") {
  const auto confirmed = [&](std::string_view params) {
    return std::get<ConfirmAnswers>(
        say(R"({"jsonrpc":"2.0","method":"governor/answered","params":)" + std::string(params) + "}"));
  };
  CHECK(confirmed(R"({"below":7,"also":[9,11]})").below == 7);
  CHECK(confirmed(R"({"below":7,"also":[9,11]})").also == std::vector<std::uint64_t>{9, 11});
  CHECK(confirmed(R"({"below":-1,"also":["x",-3,2.5,4]})").below == 0);
  CHECK(confirmed(R"({"below":-1,"also":["x",-3,2.5,4]})").also == std::vector<std::uint64_t>{4});
  CHECK(confirmed(R"({"below":"all","also":7})").below == 0);
  CHECK(std::get<ConfirmAnswers>(say(R"({"jsonrpc":"2.0","method":"governor/answered"})")).below == 0);
  CHECK(std::holds_alternative<Goodbye>(say(R"({"jsonrpc":"2.0","method":"governor/goodbye"})")));
}

TEST_CASE_METHOD(Interpreting, "notifications that nobody knows are ignored, as are responses") {
  CHECK(std::holds_alternative<Ignore>(say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})")));
  CHECK(std::holds_alternative<Ignore>(say(R"({"jsonrpc":"2.0","method":"governor/unknown"})")));
  CHECK(std::holds_alternative<Ignore>(say(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})")));
  CHECK(std::holds_alternative<Ignore>(
      say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1.5}})")));
  CHECK(std::holds_alternative<Ignore>(say(R"({"jsonrpc":"2.0","id":1,"result":{}})")));
}

TEST_CASE_METHOD(Interpreting, "initialize agrees on a revision that both speak") {
  const auto agreed = [](const char* wanted) {
    Interpreting fresh;
    const Action action =
        fresh.request("initialize", R"({"protocolVersion":")" + std::string(wanted) +
                                        R"(","capabilities":{},"clientInfo":{"name":"c","version":"1"}})");
    const auto& initialize = std::get<Initialize>(action);
    CHECK(initialize.client_name == "c");
    CHECK(initialize.client_version == "1");
    return std::string(to_string(initialize.envelope.revision));
  };
  CHECK(agreed("2024-11-05") == "2024-11-05");
  CHECK(agreed("2025-03-26") == "2025-03-26");
  CHECK(agreed("2025-06-18") == "2025-06-18");
  CHECK(agreed("2025-11-25") == "2025-11-25");
  CHECK(agreed("2026-07-28") == "2025-11-25");  // the stateless era knows no handshake
  CHECK(agreed("1999-01-01") == "2025-11-25");
}

TEST_CASE_METHOD(Interpreting, "initialize without a revision, a client or its capabilities is refused") {
  CHECK(error_code(request("initialize")) == -32602);
  CHECK(error_code(request("initialize", R"({"protocolVersion":20251125})")) == -32602);
  for (const char* more : {"", R"(,"capabilities":{})", R"(,"clientInfo":{"name":"c","version":"1"})",
                           R"(,"capabilities":{},"clientInfo":{"name":"c"})",
                           R"(,"capabilities":{},"clientInfo":{"name":5,"version":"1"})",
                           R"(,"capabilities":[],"clientInfo":{"name":"c","version":"1"})"}) {
    INFO(more);
    CHECK(error_code(request("initialize", R"({"protocolVersion":"2025-11-25")" + std::string(more) + "}")) ==
          -32602);
  }
  CHECK(error_code(request("tools/list")) == -32602);  // a refused handshake agrees on nothing
}

TEST_CASE_METHOD(Interpreting, "a legacy request before initialize is told what is missing") {
  for (const char* method : {"tools/list", "tools/call", "server/discover", "subscriptions/listen"}) {
    INFO(method);
    CHECK(error_code(request(method)) == -32602);
    CHECK(error_message(request(method)).find("initialize") != std::string::npos);
  }
  CHECK(reply(request("ping")).at("result").as_object().empty());
  CHECK(error_code(request("no/such")) == -32601);
  CHECK(error_code(request("governor/nothing")) == -32601);
}

TEST_CASE_METHOD(Interpreting, "after initialize the legacy methods work, the stateless ones do not exist") {
  initialize("2025-06-18");
  CHECK(reply(request("tools/list")).at("result").at("tools").as_array().size() ==
        tools_of_profile("core")->size());
  CHECK(error_code(request("server/discover")) == -32601);
  CHECK(error_code(request("subscriptions/listen")) == -32601);
  CHECK(error_code(request("logging/setLevel")) == -32601);
}

TEST_CASE_METHOD(Interpreting, "a session that came back brings its era and profile") {
  interpreter.resume("2025-03-26", "-core,server");
  const auto tools = reply(request("tools/list")).at("result").at("tools").as_array();
  CHECK(tools.size() == 3);
  CHECK_FALSE(tools[0].as_object().contains("title"));
}

TEST_CASE_METHOD(Interpreting, "a stateless request needs a known revision and its capabilities") {
  const auto with_meta = [&](std::string_view meta) {
    return request("tools/list", R"({"_meta":{)" + std::string(meta) + "}}");
  };
  const json::object wrong = reply(with_meta(
      R"("io.modelcontextprotocol/protocolVersion":"2030-01-01","io.modelcontextprotocol/clientCapabilities":{})"));
  CHECK(wrong.at("error").at("code").as_int64() == -32022);
  CHECK(wrong.at("error").at("data").at("requested").as_string() == "2030-01-01");
  CHECK(wrong.at("error").at("data").at("supported") == json::array{"2026-07-28"});
  // A legacy revision in _meta is no handshake.
  CHECK(
      error_code(with_meta(
          R"("io.modelcontextprotocol/protocolVersion":"2025-11-25","io.modelcontextprotocol/clientCapabilities":{})")) ==
      -32022);
  CHECK(error_code(with_meta(R"("io.modelcontextprotocol/protocolVersion":5)")) == -32602);
  CHECK(error_code(with_meta(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")")) == -32602);
  CHECK(
      error_code(with_meta(
          R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":5)")) ==
      -32602);
  CHECK(error_code(request("tools/list", R"({"_meta":{"progressToken":1}})")) == -32602);  // neither era
}

TEST_CASE_METHOD(Interpreting, "the era is taken from each request") {
  initialize("2025-11-25");
  CHECK_FALSE(reply(request("tools/list")).at("result").as_object().contains("resultType"));
  CHECK(reply(modern("tools/list")).at("result").as_object().contains("resultType"));
  CHECK_FALSE(reply(request("tools/list")).at("result").as_object().contains("resultType"));
}

TEST_CASE_METHOD(Interpreting, "discovery names the stateless revision and what the server can do") {
  const auto result = reply(modern("server/discover")).at("result").as_object();
  CHECK(result.at("supportedVersions") == json::array{"2026-07-28"});
  CHECK(result.at("resultType").as_string() == "complete");
  CHECK(result.at("capabilities").as_object().contains("tools"));
  CHECK(result.at("capabilities").at("extensions").as_object().contains("io.modelcontextprotocol/tasks"));
  CHECK(error_code(modern("initialized")) == -32601);
  CHECK(error_code(modern("ping")) == -32601);  // the stateless era has no ping
}

TEST_CASE_METHOD(Interpreting, "a tool call carries its envelope, client and kind") {
  const Action action =
      modern("tools/call", R"(,"name":"process_agent_update","arguments":{"agent_id":"x"})");
  const auto& call = std::get<CallTool>(action);
  CHECK(call.envelope.id == "1");
  CHECK(call.envelope.revision == Revision::v2026_07_28);
  CHECK_FALSE(call.operation->is_read_only());
  CHECK(call.client_name == "ide");
  CHECK(call.client_version == "9");
  CHECK(std::get<CallTool>(modern("tools/call", R"(,"name":"list_agents")")).operation->is_read_only());
  CHECK(std::get<CallTool>(modern("tools/call", R"(,"name":"simulate_update","arguments":{"agent_id":"x"})"))
            .operation->is_read_only());
}

TEST_CASE_METHOD(Interpreting, "a call that names no tool is an error of the protocol") {
  CHECK(error_code(modern("tools/call")) == -32602);
  CHECK(error_code(modern("tools/call", R"(,"name":5)")) == -32602);
  CHECK(error_code(modern("tools/call", R"(,"name":"no_such_tool")")) == -32602);
  CHECK(error_message(modern("tools/call", R"(,"name":")" + std::string(5000, 'x') + "\"")).size() < 200);
  CHECK(error_code(modern("tools/call", R"(,"name":"list_agents","arguments":[])")) == -32602);
  CHECK(error_code(modern("tools/list", R"(,"cursor":"x")")) == -32602);
}

TEST_CASE_METHOD(Interpreting,
                 "a wrong argument is a result with isError that says everything, in both eras") {
  initialize("2025-06-18");
  for (const bool stateless : {false, true}) {
    const std::string call = R"("name":"process_agent_update","arguments":{"agent_id":"x","confidence":2})";
    const Action action =
        stateless ? modern("tools/call", "," + call) : request("tools/call", "{" + call + "}");
    const json::object result = reply(action).at("result").as_object();
    CHECK(result.at("isError").as_bool());
    CHECK_FALSE(result.contains("structuredContent"));
    CHECK(result.contains("resultType") == stateless);
    const json::object& error = result.at("_meta").at("io.github.governor/error").as_object();
    CHECK(error.at("code").as_string() == "invalid_argument");
    CHECK(error.at("field").as_string() == "confidence");
    CHECK(error.at("given").as_string() == "2");
    CHECK(error.at("expected").as_string() == "a number from 0 to 1");
    CHECK(result.at("content").at(0).at("text").as_string().find("invalid_argument: confidence is 2") == 0);
  }
}

TEST_CASE_METHOD(Interpreting, "each tool refuses an argument that it does not know") {
  hello("1", "0123456789abcdef0123456789abcdef", R"(,"tools":"full")");
  for (const Tool& tool : all_tools()) {
    const Action action =
        modern("tools/call", R"(,"name":")" + std::string(tool.name) + R"(","arguments":{"surprise":1})");
    INFO(tool.name);
    const auto result = reply(action).at("result").as_object();
    CHECK(result.at("isError").as_bool());
    CHECK(result.at("_meta").at("io.github.governor/error").at("field").as_string() == "surprise");
  }
}

TEST_CASE_METHOD(Interpreting,
                 "what a client wrote is given back cut between code points, as every line is UTF-8") {
  for (std::size_t letters = 0; letters < 4; ++letters) {
    std::string text(letters, 'x');
    while (text.size() < 300) text += "\xE2\x82\xAC";
    INFO(text);
    // Parsing checks the encoding.
    CHECK(error_code(request(text)) == -32601);
    CHECK(error_code(modern("tools/call", R"(,"name":")" + text + "\"")) == -32602);
    const Action wrong =
        modern("tools/call", R"(,"name":"list_agents","arguments":{"cursor":")" + text + "\"}");
    CHECK(reply(wrong).at("result").at("isError").as_bool());
    Interpreting fresh;
    const Action action = fresh.request(
        "initialize", R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":")" + text +
                          R"(","version":")" + text + "\"}}");
    const auto& initialized = std::get<Initialize>(action);
    CHECK(initialized.client_name.size() <= 128);
    CHECK((initialized.client_name.size() - letters) % 3 == 0);
    CHECK((initialized.client_version.size() - letters) % 3 == 0);
  }
}

TEST_CASE_METHOD(Interpreting, "a subscription needs to say what for, and is ended by its id") {
  CHECK(std::get<Listen>(modern("subscriptions/listen", R"(,"notifications":{})")).id == "1");
  CHECK(error_code(modern("subscriptions/listen")) == -32602);
  CHECK(std::get<CancelRequest>(
            say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s"}})"))
            .id == "\"s\"");
  CHECK(std::get<CancelRequest>(
            say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}})"))
            .id == "3");
}
