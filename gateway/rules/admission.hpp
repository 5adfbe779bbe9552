#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "gateway/rules/place.hpp"
#include "gateway/rules/refusal.hpp"
#include "gateway/rules/request_head.hpp"

namespace governor::gateway {

enum class Route { page, login, logout, session, api, events, metrics, health, mcp };

/// Who speaks, as far as it could show.
struct Caller {
  bool has_cookie = false;  ///< of a session of a browser
  bool has_token = false;   ///< of programs
  std::string_view csrf{};  ///< what that browser session was given
};

/// What is wrong with how the length of the body is said: whatever two readers could understand in two ways.
std::optional<Refusal> refuse_framing(const RequestHead& head);

/// Nothing of the path, or of the method there.
std::variant<Route, Refusal> route_of(const RequestHead& head);

/// What is wrong before it matters who speaks: the names that the request came under.
std::optional<Refusal> refuse_names(const RequestHead& head, const Place& place);

/// What is wrong with who speaks.
std::optional<Refusal> refuse_caller(Route route, const RequestHead& head, const Caller& caller);

/// What is wrong with what is sent along.
std::optional<Refusal> refuse_body(Route route, const RequestHead& head);

}  // namespace governor::gateway
