#include "daemon/lifecycle/shared_config.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "core/task.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostPlaces = 1000;
constexpr std::size_t kMostLists = 100;
constexpr std::size_t kLongestListName = 64;
constexpr std::size_t kLongestAddress = 2000;
constexpr std::int64_t kShortestMembership = 4;
constexpr std::int64_t kLongestMembership = 300;

/// What it says is not repeated: there may be a password in it.
std::optional<std::string> set_database(const json::value& value, std::string& target) {
  constexpr std::string_view kWanted = "database must be a text like postgresql://host/name";
  if (!value.is_string() || value.get_string().size() > kLongestAddress) return std::string(kWanted);
  const std::string_view address = value.get_string();
  const bool is_address = address.starts_with("postgresql://") || address.starts_with("postgres://");
  if (!is_address || address.find('\0') != std::string_view::npos) return std::string(kWanted);
  const std::string_view rest = address.substr(address.find("//") + 2);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::size_t user_end = authority.rfind('@');
  const bool has_password = (user_end != std::string_view::npos &&
                             authority.substr(0, user_end).find(':') != std::string_view::npos) ||
                            address.find("password=") != std::string_view::npos;
  if (has_password) {
    return "database must not have a password in it: put that into ~/.pgpass, which only you can read";
  }
  target = address;
  return std::nullopt;
}

std::optional<std::string> read_place(const json::value& value, SharedPlace& place) {
  constexpr std::string_view kWanted =
      "workspaces must be \"all\" or a list of absolute paths, or of objects with top and name";
  const json::object* members = value.if_object();
  const json::value* top = members != nullptr ? members->if_contains("top") : &value;
  if (top == nullptr || !top->is_string() || !top->get_string().starts_with("/")) return std::string(kWanted);
  place.top = top->get_string();
  while (place.top.size() > 1 && place.top.ends_with('/')) place.top.pop_back();
  if (members == nullptr) return std::nullopt;
  const json::value* name = members->if_contains("name");
  const bool is_good = name != nullptr && name->is_string() && !name->get_string().empty() &&
                       name->get_string().size() <= 200 && members->size() == 2;
  if (!is_good) return std::string(kWanted);
  place.name = name->get_string();
  return std::nullopt;
}

std::optional<std::string> set_places(const json::value& value, SharedSettings& settings) {
  if (value.is_string() && value.get_string() == "all") {
    settings.all = true;
    return std::nullopt;
  }
  const json::array* list = value.if_array();
  if (list == nullptr || list->size() > kMostPlaces) {
    return fmt::format("workspaces must be \"all\" or a list of at most {} places, not {}", kMostPlaces,
                       json::serialize(value));
  }
  settings.places.clear();
  for (const json::value& item : *list) {
    SharedPlace place;
    if (auto wrong = read_place(item, place)) return wrong;
    settings.places.push_back(std::move(place));
  }
  return std::nullopt;
}

std::optional<std::string> set_task_lists(const json::value& value, std::vector<std::string>& target) {
  const auto wanted = [] {
    return fmt::format(
        "task_lists must be a list of at most {} names of 1 to {} characters of A-Z a-z 0-9 . _ - :",
        kMostLists, kLongestListName);
  };
  const json::array* list = value.if_array();
  if (list == nullptr || list->size() > kMostLists) return wanted();
  target.clear();
  for (const json::value& item : *list) {
    const std::string name(item.is_string() ? std::string_view(item.get_string()) : std::string_view());
    const bool is_good = name.size() <= kLongestListName && name.find('/') == std::string::npos &&
                         !core::validate_task_id("task_lists", name);
    if (!is_good) return wanted();
    target.push_back(name);
  }
  return std::nullopt;
}

std::optional<std::string> set_flag(std::string_view name, const json::value& value, bool& target) {
  if (!value.is_bool()) return fmt::format("{} must be true or false", name);
  target = value.get_bool();
  return std::nullopt;
}

std::optional<std::string> set_membership(const json::value& value, std::chrono::seconds& target) {
  const auto* seconds = value.if_int64();
  if (seconds == nullptr || *seconds < kShortestMembership || *seconds > kLongestMembership) {
    return fmt::format("membership_seconds must be a whole number from {} to {}, not {}", kShortestMembership,
                       kLongestMembership, json::serialize(value));
  }
  target = std::chrono::seconds(*seconds);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> set_shared(const json::value& value, SharedSettings& settings) {
  const json::object* members = value.if_object();
  if (members == nullptr)
    return "must be an object with database, and workspaces, task_lists, fleet or orders";
  SharedSettings changed = settings;
  for (const auto& member : *members) {
    const std::string_view name = member.key();
    std::optional<std::string> wrong;
    if (name == "database") {
      wrong = set_database(member.value(), changed.database);
    } else if (name == "workspaces") {
      wrong = set_places(member.value(), changed);
    } else if (name == "fleet") {
      wrong = set_flag(name, member.value(), changed.fleet);
    } else if (name == "orders") {
      wrong = set_flag(name, member.value(), changed.orders);
    } else if (name == "task_lists") {
      wrong = set_task_lists(member.value(), changed.task_lists);
    } else if (name == "membership_seconds") {
      wrong = set_membership(member.value(), changed.membership);
    } else {
      wrong = fmt::format("{} is none of database, workspaces, task_lists, fleet, orders, membership_seconds",
                          name);
    }
    if (wrong) return "is wrong: " + *wrong;
  }
  if (changed.database.empty() && (changed.all || !changed.places.empty()))
    return "is wrong: workspaces need a database";
  if (changed.database.empty() && changed.fleet) return "is wrong: fleet needs a database";
  if (changed.database.empty() && changed.orders) return "is wrong: orders need a database";
  if (changed.database.empty() && !changed.task_lists.empty()) return "is wrong: task_lists need a database";
  settings = std::move(changed);
  return std::nullopt;
}

}  // namespace governor::daemon
