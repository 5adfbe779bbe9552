#include "daemon/supervisor/stream_events.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "daemon/supervisor/keeper/json_object.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostFailureText = 300;
/// Larger numbers are milliseconds.
constexpr std::int64_t kSecondsLimit = 100'000'000'000;

std::uint64_t tokens_in(const json::object& usage) {
  std::uint64_t tokens = 0;
  for (const std::string_view name :
       {"input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"})
    tokens += size_member(usage, name);
  return tokens;
}

/// It becomes a word of a command line: nothing that could be read as an option, or as anything else.
bool is_session_name(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  return !text.empty() && text.size() <= kLongest && text.front() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-") ==
             std::string_view::npos;
}

double number_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (found == nullptr) return 0;
  json::error_code error;
  const auto number = found->to_number<double>(error);
  return error ? 0 : number;
}

}  // namespace

struct StreamEvents::Event {
  const json::object& object;
  std::string type;
};

core::DeploymentUsage StreamEvents::usage() const {
  if (total_) return *total_;
  return {before_.turns + message_.turns, before_.tokens + message_.tokens, 0};
}

void StreamEvents::take(std::string_view line) {
  if (!line.starts_with('{')) return;
  const auto object = parse_object(line);
  if (!object) return;
  const Event event{*object, text_member(*object, "type")};
  for (const std::string_view name : {"session_id", "sessionId", "thread_id"}) {
    if (std::string id = text_member(*object, name); is_session_name(id)) session_ = std::move(id);
  }
  if (event.type == "assistant") take_message(event);
  if (event.type == "rate_limit_event") take_limit(event);
  if (event.type == "result") take_result(event);
  if (event.type == "turn.completed") {
    const json::object* used = object_member(*object, "usage");
    before_.turns += 1;
    // What came from a cache is a part of the input here.
    if (used != nullptr)
      before_.tokens += size_member(*used, "input_tokens") + size_member(*used, "output_tokens");
  }
  if (event.type == "turn.failed") {
    has_failed_ = true;
    const json::object* error = object_member(*object, "error");
    if (error != nullptr) failure_ = text::cut_text(text_member(*error, "message"), kMostFailureText);
  }
}

/// Several events tell parts of one message, each with its usage so far.
void StreamEvents::take_message(const Event& event) {
  const json::object* message = object_member(event.object, "message");
  if (message == nullptr) return;
  std::string id = text_member(*message, "id");
  if (id != message_id_ || id.empty()) {
    before_.turns += message_.turns;
    before_.tokens += message_.tokens;
    message_ = {1, 0, 0};
    message_id_ = std::move(id);
  }
  if (const json::object* used = object_member(*message, "usage"))
    message_.tokens = std::max(message_.tokens, tokens_in(*used));
  // It goes on, unless its client itself says there why it does not.
  if (text_member(*message, "model") != "<synthetic>") limited_until_us_.reset();
}

void StreamEvents::take_result(const Event& event) {
  has_result_ = true;
  has_failed_ = flag_member(event.object, "is_error") || text_member(event.object, "status") == "error";
  failure_.clear();
  if (has_failed_) {
    std::string text = text_member(event.object, "result");
    if (text.empty()) text = text_member(event.object, "subtype");
    if (const json::object* error = object_member(event.object, "error"); error != nullptr && text.empty())
      text = text_member(*error, "message");
    failure_ = text::cut_text(text, kMostFailureText);
  }
  core::DeploymentUsage total = usage();
  total.turns = std::max(total.turns, size_member(event.object, "num_turns"));
  if (const json::object* used = object_member(event.object, "usage"))
    total.tokens = std::max(total.tokens, tokens_in(*used));
  if (const json::object* used = object_member(event.object, "stats"))
    total.tokens = std::max(total.tokens, size_member(*used, "total_tokens"));
  constexpr double kMicro = 1e6;
  constexpr double kHighestCost = 1e9;
  const double cost = number_member(event.object, "total_cost_usd");
  if (cost > 0 && cost < kHighestCost) total.cost_micro_usd = static_cast<std::uint64_t>(cost * kMicro);
  total_ = total;
}

void StreamEvents::take_limit(const Event& event) {
  const json::object* info = object_member(event.object, "rate_limit_info");
  if (info == nullptr) return;
  if (text_member(*info, "status") != "rejected") {
    limited_until_us_.reset();
    return;
  }
  const std::int64_t until = integer_member(*info, "resetsAt");
  limited_until_us_ = until > kSecondsLimit ? until * 1000 : until * 1'000'000;
}

}  // namespace governor::daemon
