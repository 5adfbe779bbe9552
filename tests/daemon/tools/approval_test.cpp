// Requests to people on the socket: asked by refusals and by agents, waited for, answered once, and done.
#include <set>
#include <string>

#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

struct ApprovalScene : FileFixture {
  ApprovalScene() {
    ada.call("register_agent", {{"agent_id", "ada"}});
    bob.call("register_agent", {{"agent_id", "bob"}});
    person_asks("governor/protect", {{"pattern", file("core/**")}, {"reason", "by hand"}});
    std::filesystem::create_directories(file("core"));
  }
  json::object person_asks(std::string_view method, const json::object& params) {
    return person.ask(method, params);
  }
  json::object answer(std::int64_t approval, bool approve, const json::object& more = {}) {
    json::object params{{"approval", approval}, {"approve", approve}};
    for (const auto& item : more) params[item.key()] = item.value();
    return person_asks("governor/approval_answer", params);
  }
  json::array open() { return ada.call("list_approvals", json::object{}).at("approvals").as_array(); }
  std::string shrunk() const { return "nothing is left\n"; }
  /// A long file that ada has written, and the lease for it.
  std::int64_t long_file(const std::string& path) {
    const std::int64_t lease = ada.lease(path);
    ada.commit(path, numbered_lines(100), "", lease);
    return lease;
  }

  Writer ada{*this, "ada"};
  Writer bob{*this, "b0b"};
  Writer person{*this, "fee", "person"};
};

}  // namespace

TEST_CASE("a protected file is asked for by the refusal, unlocked by the answer, and written then") {
  ApprovalScene f;
  const std::string path = f.file("core/a.cpp");
  const std::int64_t lease = f.ada.lease(path);
  const auto refused = f.ada.refused("commit_file", Writer::arguments_of(path, "new", "", lease));
  CHECK(text_of(refused.at("hint")).find("Request 1 waits") != std::string::npos);
  const json::array open = f.open();
  REQUIRE(open.size() == 1);
  CHECK(open[0].at("kind") == "unlock");
  CHECK(open[0].at("agent_id") == "ada");
  CHECK(text_of(open[0].at("paths").at(0)) == path);
  CHECK(open[0].at("without_answer") == "The file stays protected.");

  const auto answered = f.answer(1, true, {{"seconds", 60}, {"note", "go on"}});
  INFO(json::serialize(answered));
  CHECK(answered.at("result").at("status") == "approved");
  CHECK(f.open().empty());
  f.ada.commit(path, "new", "", lease);
  CHECK(read_file(path) == "new");
  CHECK(f.daemon.stored("SELECT count(*) FROM file_unlock WHERE agent_id = 'ada'") == 1);
  const auto again = f.answer(1, false);
  CHECK(again.at("error").at("data").at("code") == "conflict");
  CHECK(text_of(again.at("error").at("message")).find("Request 1 was approved by a person") !=
        std::string::npos);
}

TEST_CASE("an overwrite that a person has let through happens once, without confirm_shrink") {
  ApprovalScene f;
  const std::string path = f.file("long.txt");
  const std::int64_t lease = f.long_file(path);
  const std::string before = sha256_hex(numbered_lines(100));
  const auto arguments = Writer::arguments_of(path, f.shrunk(), before, lease);
  const auto refused = f.ada.refused("commit_file", arguments);
  CHECK(text_of(refused.at("hint")).find("Request 1 waits") != std::string::npos);
  CHECK(text_of(f.open().at(0).at("to_sha256")) == sha256_hex(f.shrunk()));
  REQUIRE(f.answer(1, true).contains("result"));
  f.ada.refused("commit_file", Writer::arguments_of(path, "another content\n", before, lease));
  CHECK(f.open().size() == 1);  // which is another question
  f.ada.call("commit_file", arguments);
  CHECK(read_file(path) == f.shrunk());
  CHECK(f.ada.call("get_approval", {{"approval", 1}}).contains("used"));
  CHECK(f.ada.call("get_approval", {{"approval", 2}}).at("status") == "expired");

  f.ada.commit(path, numbered_lines(100), sha256_hex(f.shrunk()), lease);
  f.ada.refused("commit_file", arguments);
}

TEST_CASE("an overwrite that a person has denied does not happen with confirm_shrink either") {
  ApprovalScene f;
  const std::string path = f.file("long.txt");
  const std::int64_t lease = f.long_file(path);
  auto arguments = Writer::arguments_of(path, f.shrunk(), sha256_hex(numbered_lines(100)), lease);
  f.ada.refused("commit_file", arguments);
  REQUIRE(f.answer(1, false, {{"note", "keep it"}}).contains("result"));
  arguments["confirm_shrink"] = true;
  const auto refused = f.ada.refused("commit_file", arguments);
  CHECK(text_of(refused.at("hint")).find("keep it") != std::string::npos);
  CHECK(read_file(path) == numbered_lines(100));
  f.ada.commit(path, numbered_lines(99), sha256_hex(numbered_lines(100)),
               lease);  // the lease is free for others
}

TEST_CASE("an agent asks for the end of a lease, waits for the answer, and gets the file") {
  ApprovalScene f;
  const std::string path = f.file("a.txt");
  const std::int64_t held = f.bob.lease(path);
  const auto asked = f.ada.call("request_approval", {{"lease", held}, {"reason", "bob hangs"}});
  CHECK(asked.at("kind") == "lease_break");
  CHECK(asked.at("why") == "bob hangs");
  const std::uint64_t line = ++f.ada.line;
  f.ada.client.send_tool(line, "get_approval", R"({"approval":1,"wait_seconds":40})");
  f.bob.call("list_approvals", json::object{});
  CHECK_FALSE(f.answer(1, true, {{"note", "it hangs"}}).contains("error"));
  CHECK(f.ada.client.answer(line).find("\"approved\"") != std::string::npos);
  CHECK(f.ada.lease(path) > held);
  CHECK(text_of(f.bob.refused("renew_write", {{"lease", held}}).at("message")).find("request 1") !=
        std::string::npos);
}

TEST_CASE("an agent cannot answer, and asks for a protected file before it needs it") {
  ApprovalScene f;
  const auto asked =
      f.ada.call("request_approval", {{"path", f.file("core/a.cpp")}, {"reason", "the fix needs it"}});
  CHECK(asked.at("approval") == 1);
  CHECK(
      f.ada.call("request_approval", {{"path", f.file("core/a.cpp")}, {"reason", "again"}}).at("approval") ==
      1);
  f.ada.refused("request_approval", {{"path", f.file("free.txt")}, {"reason", "why not"}});
  const auto refused = f.ada.ask("governor/approval_answer", {{"approval", 1}, {"approve", true}});
  CHECK(refused.contains("error"));
  CHECK(f.open().size() == 1);
  REQUIRE(f.answer(1, false, {{"note", "never"}}).contains("result"));
  const auto denied =
      f.ada.refused("request_approval", {{"path", f.file("core/a.cpp")}, {"reason", "please"}});
  CHECK(text_of(denied.at("hint")).find("never") != std::string::npos);
}

TEST_CASE("requests outlive the daemon, and so do answers") {
  ApprovalScene f;
  f.ada.call("request_approval", {{"path", f.file("core/a.cpp")}, {"reason", "the fix needs it"}});
  f.ada.call("request_approval", {{"path", f.file("core/b.cpp")}, {"reason", "the fix needs it"}});
  REQUIRE(f.answer(2, true).contains("result"));
  f.daemon.restart();
  Writer again(f, "ada");
  Writer fee(f, "fee", "person");
  again.line = f.ada.line;
  fee.line = f.person.line;
  const auto listed = again.call("list_approvals", {{"status", "all"}}).at("approvals").as_array();
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].at("status") == "approved");
  CHECK(listed[1].at("status") == "open");
  CHECK(f.daemon.stored("SELECT count(*) FROM file_unlock") == 1);
  CHECK(fee.ask("governor/approval_answer", {{"approval", 2}, {"approve", false}}).contains("error"));
  CHECK(fee.ask("governor/approval_answer", {{"approval", 1}, {"approve", true}}).contains("result"));
}

namespace {

/// A client of 2026-07-28 whose user can be asked, with a protected file that it wants to write.
struct AskedScene : ApprovalScene {
  AskedScene()
      : path(file("core/a.cpp")), arguments(Writer::arguments_of(path, "new", "", ada.lease(path))) {}

  json::object commit(const json::object& more = {},
                      const json::object& capabilities = {{"elicitation", json::object{}}}) {
    return commit_with(arguments, more, capabilities);
  }
  json::object commit_with(const json::object& given, const json::object& more,
                           const json::object& capabilities = {{"elicitation", json::object{}}}) {
    json::object params{{"name", "commit_file"}, {"arguments", given}};
    for (const auto& item : more) params[item.key()] = item.value();
    params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                       {"io.modelcontextprotocol/clientCapabilities", capabilities}};
    const std::uint64_t line = ++ada.line;
    const json::object request{
        {"jsonrpc", "2.0"}, {"id", line}, {"method", "tools/call"}, {"params", params}};
    ada.client.send(std::to_string(line) + " " + json::serialize(request));
    json::object reply = json::parse(ada.client.answer(line)).as_object();
    INFO(json::serialize(reply));
    return reply.contains("result") ? reply.at("result").as_object() : reply;
  }
  static json::object reply_with(const json::object& asked, const json::object& response) {
    return {{"requestState", asked.at("requestState")}, {"inputResponses", {{"approval_1", response}}}};
  }
  static json::object decided(std::string_view decision) {
    return {{"action", "accept"}, {"content", {{"decision", decision}}}};
  }
  [[nodiscard]] bool is_written() const { return std::filesystem::exists(path); }

  std::string path;
  json::object arguments;
};

bool asks_user(const json::object& result) {
  return result.contains("resultType") && result.at("resultType") == "input_required";
}

bool is_refused(const json::object& result) {
  return result.contains("isError") && result.at("isError").as_bool();
}

}  // namespace

TEST_CASE("the user of a client is asked there, and the call goes on with the answer") {
  AskedScene f;
  const json::object asked = f.commit();
  REQUIRE(asks_user(asked));
  const json::value& request = asked.at("inputRequests").at("approval_1");
  CHECK(request.at("method") == "elicitation/create");
  CHECK(text_of(request.at("params").at("message")).find("is protected by") != std::string::npos);
  CHECK(f.open().size() == 1);

  const json::object done = f.commit(AskedScene::reply_with(asked, AskedScene::decided("approve")));
  INFO(json::serialize(done));
  CHECK(done.at("resultType") == "complete");
  CHECK_FALSE(is_refused(done));
  CHECK(f.is_written());
  const auto approval = f.ada.call("get_approval", {{"approval", 1}});
  CHECK(approval.at("status") == "approved");
  CHECK(text_of(approval.at("answer").at("by")).starts_with("the user of "));
}

TEST_CASE("a user who refuses is not asked again, and one who looks away leaves the request open") {
  AskedScene f;
  const json::object asked = f.commit();
  SECTION("declined") {
    CHECK(is_refused(f.commit(AskedScene::reply_with(asked, {{"action", "decline"}}))));
    CHECK(f.ada.call("get_approval", {{"approval", 1}}).at("status") == "denied");
    CHECK(is_refused(f.commit()));
  }
  SECTION("denied") {
    CHECK(is_refused(f.commit(AskedScene::reply_with(asked, AskedScene::decided("deny")))));
    CHECK(f.open().empty());
  }
  SECTION("cancelled") {
    CHECK(is_refused(f.commit(AskedScene::reply_with(asked, {{"action", "cancel"}}))));
    CHECK(f.open().size() == 1);
    CHECK(asks_user(f.commit()));
  }
  SECTION("an answer that says nothing") {
    CHECK(asks_user(f.commit(AskedScene::reply_with(asked, {{"action", "accept"}}))));
    CHECK(asks_user(f.commit({{"requestState", asked.at("requestState")}})));
  }
  CHECK_FALSE(f.is_written());
}

TEST_CASE("what comes back with an answer is good for its call alone, and only as it was given") {
  AskedScene f;
  const json::object asked = f.commit();
  json::object forged = AskedScene::reply_with(asked, AskedScene::decided("approve"));
  std::string state = text_of(asked.at("requestState"));
  SECTION("changed") {
    state.back() = state.back() == '0' ? '1' : '0';
    forged["requestState"] = state;
    CHECK(f.commit(forged).at("error").at("code") == -32602);
  }
  SECTION("for another request") {
    forged["requestState"] = "1.2" + state.substr(3);
    CHECK(f.commit(forged).at("error").at("code") == -32602);
  }
  SECTION("with other arguments") {
    json::object others = f.arguments;
    others["content"] = "something else";
    CHECK(f.commit_with(others, forged).at("error").at("code") == -32602);
  }
  SECTION("no text") {
    forged["requestState"] = 7;
    CHECK(f.commit(forged).at("error").at("code") == -32602);
  }
  CHECK(f.open().size() == 1);
  CHECK_FALSE(f.is_written());
}

TEST_CASE("who cannot ask its user gets the refusal") {
  AskedScene f;
  CHECK(is_refused(f.commit({}, json::object{})));
  CHECK(is_refused(f.commit({}, {{"elicitation", {{"url", json::object{}}}}})));
  CHECK(asks_user(f.commit({}, {{"elicitation", {{"url", json::object{}}, {"form", json::object{}}}}})));
}

TEST_CASE("of the user and a person with governorctl the first answers") {
  AskedScene f;
  const json::object asked = f.commit();
  REQUIRE(f.answer(1, true, {{"note", "mine"}}).contains("result"));
  CHECK_FALSE(is_refused(f.commit(AskedScene::reply_with(asked, AskedScene::decided("deny")))));
  CHECK(f.is_written());
  CHECK(f.ada.call("get_approval", {{"approval", 1}}).at("answer").at("note") == "mine");
}

TEST_CASE("an answer that comes after the daemon was started anew counts") {
  AskedScene f;
  const json::object asked = f.commit();
  f.daemon.restart();
  Writer again(f, "ada");
  const std::uint64_t last = f.ada.line;
  json::object params = AskedScene::reply_with(asked, AskedScene::decided("approve"));
  params["name"] = "commit_file";
  params["arguments"] = f.arguments;
  params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                     {"io.modelcontextprotocol/clientCapabilities", {{"elicitation", json::object{}}}}};
  const std::uint64_t line = last + 1;
  const json::object request{{"jsonrpc", "2.0"}, {"id", line}, {"method", "tools/call"}, {"params", params}};
  again.client.send(std::to_string(line) + " " + json::serialize(request));
  const std::string answer = again.client.answer(line);
  INFO(answer);
  CHECK(answer.find("\"complete\"") != std::string::npos);
  CHECK(f.is_written());
}
