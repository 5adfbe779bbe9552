#include "daemon/shared/database_answer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace governor::daemon {
namespace {

/// The functions there wait for locks no longer than three.
constexpr std::chrono::seconds kOneValueLimit{10};

}  // namespace

core::Result<std::optional<std::string>> ask_one(Database& database, const char* statement,
                                                 const std::vector<std::string>& parameters) {
  auto rows = database.run(statement, parameters, ipc::Deadline::after(kOneValueLimit));
  if (!rows) return with_hint(std::move(rows.error()));
  if (rows->size() != 1 || rows->front().size() != 1) return not_understood();
  return std::move(rows->front().front());
}

core::Error with_hint(core::Error error) {
  // There is no such schema, function or table; there is no right to it.
  const std::string& state = error.given;
  if (state == "3F000" || state == "42883" || state == "42P01") {
    error.hint = "Prepare the database, or bring it up to date, with: governorctl shared init.";
  } else if (state == "42501") {
    error.hint = "Let an administrator of the database run: GRANT governor_member TO the role that you use.";
  }
  return error;
}

bool lacks_function(const core::Error& error) {
  return error.given == "42883";
}

core::Error not_understood() {
  return {core::ErrorCode::storage_unavailable,
          "The database has answered something that this version does not understand.",
          "Bring governor and, with governorctl shared init, the database to the same version."};
}

std::string without_zeros(std::string text) {
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

std::int64_t number_in(const boost::json::object& item, std::string_view name) {
  const auto* value = item.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string text_in(const boost::json::object& item, std::string_view name) {
  const auto* value = item.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool flag_in(const boost::json::object& item, std::string_view name) {
  const auto* value = item.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace governor::daemon
