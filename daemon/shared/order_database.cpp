#include "daemon/shared/order_database.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "daemon/shared/database_answer.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::string_view kTellState =
    "governorctl shared agents and governorctl shared approvals show how things are there.";

/// Null: not one.
core::Result<json::value> parsed(const core::Result<std::optional<std::string>>& text) {
  if (!text) return text.error();
  if (!*text) return json::value();
  boost::system::error_code error;
  json::value value = json::parse(**text, error);
  if (error) return not_understood();
  return value;
}

/// `ann@laptop, ben@server`; each with its daemon where that is said.
std::string names_in(const json::object& answer) {
  const json::value* daemons = answer.if_contains("daemons");
  std::string names;
  if (daemons == nullptr || !daemons->is_array()) return names;
  for (const json::value& daemon : daemons->get_array()) {
    names += names.empty() ? "" : ", ";
    if (daemon.is_string()) {
      names += daemon.get_string();
    } else if (daemon.is_object()) {
      names += fmt::format("{} ({})", text_in(daemon.get_object(), "name"),
                           text_in(daemon.get_object(), "daemon"));
    }
  }
  return names;
}

core::Error not_placed(const json::object& answer, const Order& order) {
  const std::string outcome = text_in(answer, "outcome");
  if (outcome == "nobody") {
    const std::string names = names_in(answer);
    return {core::ErrorCode::not_found,
            fmt::format("No daemon called {} is a member of the shared database now.", order.target),
            names.empty() ? "No daemon is." : fmt::format("These are: {}.", names)};
  }
  if (outcome == "several") {
    return {core::ErrorCode::invalid_argument,
            fmt::format("Several daemons are called {}: {}.", order.target, names_in(answer)),
            "Name one as WHO@HOST, or by its id."};
  }
  if (outcome == "forbidden") {
    return {core::ErrorCode::not_owner,
            fmt::format("The daemon on {} is another person's, and the login {} is no operator.",
                        order.target, text_in(answer, "by")),
            fmt::format("Let an administrator of the database run: GRANT governor_operator TO {}.",
                        text_in(answer, "by"))};
  }
  if (outcome == "deaf") {
    return {core::ErrorCode::not_owner, fmt::format("The daemon on {} takes no orders.", order.target),
            "There, a person sets \"orders\" in \"shared\" of the configuration to true: governorctl shared "
            "join ADDRESS --orders."};
  }
  if (outcome == "crowded") {
    return {core::ErrorCode::overloaded,
            fmt::format("Too many orders wait for the daemon on {}.", order.target),
            "Try again in a moment."};
  }
  return not_understood();
}

}  // namespace

std::optional<core::Error> OrderDatabase::place(const Order& order, std::chrono::milliseconds patience) {
  const auto answer = parsed(ask_one(database_, "SELECT governor.order_1($1, $2, $3, $4, $5, $6, $7)",
                                     {order.id, order.target, order.operation, order.arguments, order.host,
                                      order.who, std::to_string(patience.count())}));
  if (!answer) return answer.error();
  if (!answer->is_object()) return not_understood();
  if (text_in(answer->get_object(), "outcome") == "asked") return std::nullopt;
  return not_placed(answer->get_object(), order);
}

core::Result<std::optional<std::string>> OrderDatabase::answer_to(const std::string& order) {
  const auto answer = parsed(ask_one(database_, "SELECT governor.order_answer_1($1)", {order}));
  if (!answer) return answer.error();
  if (!answer->is_object()) return not_understood();
  const json::object& found = answer->get_object();
  const std::string outcome = text_in(found, "outcome");
  if (outcome == "answered") return std::optional(text_in(found, "answer"));
  if (outcome == "waits") return std::optional<std::string>();
  if (outcome == "not_taken") {
    return core::Error(core::ErrorCode::deadline_exceeded,
                       "The daemon there has not taken the order in time, and will not do it any more.",
                       "governorctl shared status says whether it is still a member; give the order again.");
  }
  if (outcome == "unknown") {
    return core::Error(core::ErrorCode::deadline_exceeded,
                       "The daemon there has taken the order and not answered in time; it may have done it.",
                       std::string(kTellState));
  }
  return not_understood();
}

core::Result<std::optional<std::vector<TakenOrder>>> OrderDatabase::take(const std::string& daemon,
                                                                         std::int64_t epoch) {
  const auto answer =
      parsed(ask_one(database_, "SELECT governor.take_orders_1($1, $2)", {daemon, std::to_string(epoch)}));
  if (!answer) return answer.error();
  if (answer->is_null()) return std::optional<std::vector<TakenOrder>>();
  if (!answer->is_array()) return not_understood();
  std::vector<TakenOrder> orders;
  for (const json::value& value : answer->get_array()) {
    if (!value.is_object()) return not_understood();
    const json::object& order = value.get_object();
    orders.push_back({text_in(order, "order"), text_in(order, "operation"), text_in(order, "arguments"),
                      text_in(order, "by"), text_in(order, "host"), text_in(order, "who")});
  }
  return std::optional(std::move(orders));
}

core::Result<bool> OrderDatabase::answer(const std::string& daemon, const std::string& order,
                                         const std::string& text) {
  const auto answered =
      ask_one(database_, "SELECT governor.answer_order_1($1, $2, $3)", {daemon, order, text});
  if (!answered) return answered.error();
  return *answered == "t";
}

}  // namespace governor::daemon
