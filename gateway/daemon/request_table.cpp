#include "gateway/daemon/request_table.hpp"

#include <charconv>
#include <initializer_list>
#include <optional>

#include "ipc/json_members.hpp"

namespace governor::gateway {
namespace {

namespace json = boost::json;

constexpr const char* kMeta = "_meta";
constexpr const char* kToken = "progressToken";
constexpr std::string_view kSubscription = "io.modelcontextprotocol/subscriptionId";

json::object* member(json::object* object, std::string_view name) {
  json::value* value = object == nullptr ? nullptr : object->if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

/// Where a value stands in the line; its text is a part of the line.
std::string_view place_of(std::string_view line, std::initializer_list<std::string_view> path) {
  std::optional<std::string_view> found = line;
  for (const std::string_view name : path) found = found ? ipc::find_member(*found, name) : std::nullopt;
  return found.value_or(std::string_view());
}

std::uint64_t number_of(std::string_view raw) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  return failure == std::errc() && end == raw.data() + raw.size() ? number : 0;
}

std::string with(std::string_view line, std::string_view place, std::string_view other) {
  const auto at = static_cast<std::size_t>(place.data() - line.data());
  std::string text;
  text.reserve(line.size() + other.size());
  text += line.substr(0, at);
  text += other;
  text += line.substr(at + place.size());
  return text;
}

}  // namespace

std::uint64_t RequestTable::add(json::object& request) {
  const std::uint64_t key = ++last_key_;
  Pending pending;
  pending.id = request["id"];
  request["id"] = key;
  json::object* params = member(&request, "params");
  if (json::object* meta = member(params, kMeta); meta != nullptr && meta->contains(kToken)) {
    json::value& token = (*meta)[kToken];
    pending.token = json::serialize(token);
    token = key;
  }
  pending_.emplace(key, std::move(pending));
  return key;
}

RequestTable::Arrived RequestTable::take(std::string_view line) {
  const auto id = ipc::find_member(line, "id");
  const bool is_answer = id && !ipc::find_member(line, "method");
  const std::string_view token = is_answer ? "" : place_of(line, {"params", kToken});
  const std::string_view stream = is_answer ? "" : place_of(line, {"params", kMeta, kSubscription});
  const std::string_view place = is_answer ? *id : !stream.empty() ? stream : token;
  const auto found = pending_.find(number_of(place));
  if (place.empty() || found == pending_.end()) return {0, is_answer, std::string(line)};
  const Pending& pending = found->second;
  const std::string own = place.data() == token.data() && stream.empty() && !is_answer
                              ? pending.token
                              : json::serialize(pending.id);
  Arrived arrived{found->first, is_answer, with(line, place, own)};
  if (is_answer) pending_.erase(found);
  return arrived;
}

std::uint64_t RequestTable::key_of(const json::value& id) const {
  for (auto one = pending_.rbegin(); one != pending_.rend(); ++one)
    if (one->second.id == id) return one->first;
  return 0;
}

}  // namespace governor::gateway
