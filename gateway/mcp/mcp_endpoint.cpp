#include "gateway/mcp/mcp_endpoint.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "gateway/mcp/mcp_rules.hpp"
#include "gateway/rules/json_message.hpp"
#include "gateway/rules/sse_text.hpp"
#include "ipc/json_members.hpp"
#include "text/cut_text.hpp"

namespace governor::gateway {
namespace {

namespace json = boost::json;

constexpr int kParseError = -32700;
constexpr int kOther = -32000;
constexpr int kNoSession = -32001;
constexpr int kOverloaded = -31004;
constexpr std::string_view kSessionField = "Mcp-Session-Id";
constexpr std::string_view kResumableSince = "2025-11-25";
/// An answer that comes within this time is a plain one.
constexpr std::chrono::milliseconds kPlainPatience{500};
constexpr std::chrono::hours kLongestWait{24};
constexpr std::size_t kLongestName = 64;

Response refused(const McpRefusal& refusal, const json::value* id = nullptr) {
  Response response = Response::json(refusal.json(id), refusal.status);
  response.refused_as = "mcp_" + std::to_string(-refusal.number);
  return response;
}

McpRefusal no_room() {
  return {503, kOverloaded, "Too much is under way, or the message is longer than 8 MiB. Try again later."};
}

Response accepted() {
  Response response;
  response.status = 202;
  return response;
}

std::string tools_of(const RequestHead& head) {
  const auto values = query_values(head.query(), "tools");
  return values.empty() ? std::string() : values.front();
}

/// As people see it in the list of sessions.
std::string client_name(const json::object* info) {
  const std::string_view name = info == nullptr ? std::string_view() : text_in(*info, "name");
  return name.empty() ? "http" : std::string(text::cut_text(name, kLongestName));
}

/// One request with what it takes to answer it.
struct Asked {
  std::shared_ptr<Exchange> exchange;
  std::shared_ptr<McpSession> session;
  std::shared_ptr<EventStream> stream;
  bool is_stateless = false;
  Exchange::Fields fields{};
};

/// Sends a stream from a position on, until it is over or the client goes. True if it has got all.
boost::asio::awaitable<bool> send_stream(Asked asked, std::uint64_t position) {
  const auto exchange = asked.exchange;
  const auto stream = asked.stream;
  const std::uint64_t reader = stream->attach([exchange] { exchange->wake(); });
  Exchange::Fields fields = asked.fields;
  co_await exchange->begin_events(std::move(fields));
  exchange->watch_client();
  TimePoint last_sent = std::chrono::steady_clock::now();
  while (!exchange->client_is_gone() && stream->is_reader(reader)) {
    std::string text = stream->text_after(position, !asked.is_stateless);
    if (text.empty() && stream->is_over()) break;
    const TimePoint now = std::chrono::steady_clock::now();
    if (text.empty() && now - last_sent >= kSsePause) text = kSseKeepAlive;
    if (text.empty()) {
      co_await exchange->wait_until(last_sent + kSsePause);
      continue;
    }
    const std::uint64_t newest = stream->newest();
    co_await exchange->send_events(std::move(text));
    position = newest;
    if (!exchange->client_is_gone()) stream->note_delivered(newest);
    last_sent = std::chrono::steady_clock::now();
  }
  const bool got_all = stream->is_over() && !exchange->client_is_gone();
  stream->detach(reader);
  co_await exchange->end_events();
  co_return got_all;
}

/// Until the stream is over, or, if events may follow, something else is to be told or it takes long.
Task wait_for_answer(Asked asked, bool events_may_follow) {
  const auto exchange = asked.exchange;
  const std::uint64_t reader = asked.stream->attach([exchange] { exchange->wake(); });
  const TimePoint begin = std::chrono::steady_clock::now();
  const TimePoint end = events_may_follow ? begin + kPlainPatience : begin + kLongestWait;
  while (!asked.stream->is_over() && !exchange->client_is_gone() && std::chrono::steady_clock::now() < end &&
         !(events_may_follow && asked.stream->newest() > 0)) {
    co_await exchange->wait_until(end);
  }
  asked.stream->detach(reader);
}

/// The last message, for clients that take no events: what came before is not for them.
std::string last_message(const EventStream& stream) {
  if (const std::string* only = stream.only_message()) return *only;
  const std::string text = stream.text_after(stream.newest() - 1, false);
  constexpr std::size_t kFrame = std::string_view("data: ").size();
  return text.size() < kFrame + 2 ? std::string() : text.substr(kFrame, text.size() - kFrame - 2);
}

Task answer_request(Asked asked, bool events_at_once) {
  const auto exchange = asked.exchange;
  const bool events_allowed = takes_events(exchange->head());
  events_at_once = events_at_once && events_allowed;
  exchange->watch_client();
  if (events_at_once) {
    asked.stream->prime();
  } else {
    Asked waiting = asked;
    co_await wait_for_answer(std::move(waiting), events_allowed);
  }
  const std::uint64_t number = asked.stream->number();
  const bool is_plain = !events_at_once && asked.stream->is_over() &&
                        (!events_allowed || asked.stream->only_message() != nullptr);
  if (is_plain) {
    std::string answer = last_message(*asked.stream);
    const unsigned status = asked.is_stateless ? status_of_answer(answer) : 200;
    Response response = Response::json(std::move(answer), status);
    response.fields = asked.fields;
    asked.session->forget(number);
    co_await exchange->reply(std::move(response));
    co_return;
  }
  if (!exchange->client_is_gone() && events_allowed) {
    Asked streamed = asked;
    const bool got_all = co_await send_stream(std::move(streamed), 0);
    if (got_all && asked.is_stateless) asked.session->forget(number);
  }
  // Without sessions to come back to, who goes away does not want the answer.
  if (asked.is_stateless && !asked.stream->is_over()) asked.session->cancel(number);
}

/// A new session begins: its id goes along with the answer.
Task answer_initialize(McpSessions& sessions, std::shared_ptr<Exchange> exchange, json::object request) {
  const json::object* params = object_in(&request, "params");
  std::string name = client_name(object_in(params, "clientInfo"));
  const json::value id = request["id"];
  Asked asked;
  asked.exchange = exchange;
  asked.session = sessions.make(std::move(name), tools_of(exchange->head()));
  if (asked.session) asked.stream = asked.session->ask(std::move(request));
  if (!asked.stream) {
    Response response = refused(no_room(), &id);
    co_await exchange->reply(std::move(response));
    co_return;
  }
  exchange->watch_client();
  Asked waiting = asked;
  co_await wait_for_answer(std::move(waiting), false);
  std::string answer = last_message(*asked.stream);
  Response response = Response::json(answer);
  if (asked.stream->is_over() && !exchange->client_is_gone() && ipc::find_member(answer, "result")) {
    asked.session->forget(asked.stream->number());
    response.fields.emplace_back(kSessionField, sessions.keep(asked.session));
  } else {
    asked.session->close();
  }
  co_await exchange->reply(std::move(response));
}

/// The session that the client names, or why there is none.
std::variant<std::shared_ptr<McpSession>, McpRefusal> named_session(McpSessions& sessions,
                                                                    const RequestHead& head) {
  const auto id = head.field(kSessionField);
  if (!id) return McpRefusal{400, kOther, "Mcp-Session-Id is missing; a session begins with initialize."};
  auto session = sessions.find(*id);
  if (!session) return McpRefusal{404, kNoSession, "The session is over; begin another one with initialize."};
  return session;
}

Task answer_in_session(McpSessions& sessions, std::shared_ptr<Exchange> exchange, json::object message) {
  const bool begins = is_request(message) && text_in(message, "method") == "initialize";
  if (begins && !exchange->head().field(kSessionField)) {
    Task answered = answer_initialize(sessions, exchange, std::move(message));
    co_await std::move(answered);
    co_return;
  }
  auto found = named_session(sessions, exchange->head());
  Response response;
  if (const auto* refusal = std::get_if<McpRefusal>(&found)) {
    response = refused(*refusal, message.if_contains("id"));
  } else if (const auto session = std::get<std::shared_ptr<McpSession>>(found); !is_request(message)) {
    const bool is_good = is_notification(message) || is_answer(message);
    if (!is_good) {
      const McpRefusal no_message{400, kInvalidRequest,
                                  "The message is no request, notification or response."};
      response = refused(no_message);
    } else {
      response = session->tell(std::move(message)) ? accepted() : refused(no_room());
    }
  } else {
    // Whoever can come back gets an event at once, to come back with: so no answer to a call is lost.
    const std::string_view revision = exchange->head().field("mcp-protocol-version").value_or("");
    const bool at_once = revision >= kResumableSince && text_in(message, "method") == "tools/call";
    const json::value id = message["id"];
    Asked asked;
    asked.exchange = exchange;
    asked.session = session;
    asked.stream = session->ask(std::move(message));
    if (asked.stream) {
      Task answered = answer_request(std::move(asked), at_once);
      co_await std::move(answered);
      co_return;
    }
    response = refused(no_room(), &id);
  }
  co_await exchange->reply(std::move(response));
}

Task answer_stateless(McpSessions& sessions, std::shared_ptr<Exchange> exchange, json::object message) {
  Response response = accepted();
  if (is_request(message)) {
    const json::object* meta = object_in(object_in(&message, "params"), "_meta");
    const json::object* info = object_in(meta, "io.modelcontextprotocol/clientInfo");
    const std::string name = client_name(info);
    const json::value id = message["id"];
    Asked asked;
    asked.exchange = exchange;
    asked.is_stateless = true;
    asked.session = sessions.shared(name, tools_of(exchange->head()));
    if (asked.session) asked.stream = asked.session->ask(std::move(message));
    if (asked.stream) {
      Task answered = answer_request(std::move(asked), false);
      co_await std::move(answered);
      co_return;
    }
    response = refused(no_room(), &id);
  }
  co_await exchange->reply(std::move(response));
}

Task answer_post(McpSessions& sessions, std::shared_ptr<Exchange> exchange) {
  auto read = read_message(exchange->body());
  Response response;
  if (const auto* refusal = std::get_if<Refusal>(&read)) {
    response = Response::of(*refusal);
    response.body = refusal->json_rpc(refusal->code == "bad_json" ? kParseError : kInvalidRequest);
  } else if (!takes_json(exchange->head()) && !takes_events(exchange->head())) {
    const McpRefusal not_taken{406, kOther, "Accept must list application/json and text/event-stream."};
    response = refused(not_taken);
  } else {
    json::object message = std::move(std::get<json::object>(read));
    const auto era = era_of(exchange->head(), message);
    if (const auto* wrong = std::get_if<McpRefusal>(&era)) {
      response = refused(*wrong, message.if_contains("id"));
    } else {
      Task answered = std::get<Era>(era) == Era::stateless
                          ? answer_stateless(sessions, exchange, std::move(message))
                          : answer_in_session(sessions, exchange, std::move(message));
      co_await std::move(answered);
      co_return;
    }
  }
  co_await exchange->reply(std::move(response));
}

/// What belongs to no request, or the rest of a stream whose connection was lost.
Task answer_get(McpSessions& sessions, std::shared_ptr<Exchange> exchange) {
  const RequestHead& head = exchange->head();
  auto found = named_session(sessions, head);
  Response response;
  if (const auto* refusal = std::get_if<McpRefusal>(&found)) {
    response = refused(*refusal);
  } else if (!takes_events(head)) {
    const McpRefusal not_taken{406, kOther, "Accept must list text/event-stream."};
    response = refused(not_taken);
  } else {
    Asked asked;
    asked.exchange = exchange;
    asked.session = std::get<std::shared_ptr<McpSession>>(found);
    asked.stream = asked.session->own_stream();
    std::uint64_t position = asked.stream->delivered();
    if (const auto last = head.field("last-event-id")) {
      const auto id = read_event_id(*last);
      asked.stream = id ? asked.session->stream(id->stream) : nullptr;
      position = id ? id->position : 0;
    }
    if (asked.stream) {
      co_await send_stream(std::move(asked), position);
      co_return;
    }
    const McpRefusal unknown{400, kOther, "Last-Event-ID is of no stream that is kept."};
    response = refused(unknown);
  }
  co_await exchange->reply(std::move(response));
}

}  // namespace

Task answer_mcp(McpSessions& sessions, std::shared_ptr<Exchange> exchange) {
  const RequestHead& head = exchange->head();
  if (head.method == "POST") {
    Task answered = answer_post(sessions, exchange);
    co_await std::move(answered);
    co_return;
  }
  Response response;
  const std::string_view revision = head.field("mcp-protocol-version").value_or("2025-03-26");
  if (!is_known_revision(revision)) {
    const McpRefusal only_post{405, kOther, "Only POST is used here in this revision of MCP."};
    response = refused(only_post);
    response.fields.emplace_back("Allow", "POST");
  } else if (head.method == "GET") {
    Task answered = answer_get(sessions, exchange);
    co_await std::move(answered);
    co_return;
  } else {
    auto found = named_session(sessions, head);
    if (const auto* refusal = std::get_if<McpRefusal>(&found)) {
      response = refused(*refusal);
    } else {
      sessions.end(*head.field(kSessionField));
      response.status = 204;
    }
  }
  co_await exchange->reply(std::move(response));
}

}  // namespace governor::gateway
