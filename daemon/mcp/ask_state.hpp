#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/keys.hpp"

namespace governor::daemon {

/// Which request a client's user was asked about. A client of revision 2026-07-28 brings it back with the
/// answer as `requestState`, and may have tried to change it.
struct AskState {
  core::ApprovalKey approval = 0;
  std::int64_t until_us = 0;  ///< an answer that comes later is none
};

/// How long a user has to answer.
inline constexpr std::int64_t kAskUs = 900'000'000;

/// `binding`: for whom and for what call it is; it has to be the same when the state comes back. Signed with
/// HMAC-SHA256.
std::string sign_ask_state(std::string_view key, const AskState& state, std::string_view binding);
/// None: it was not signed with this key, or for something else.
std::optional<AskState> read_ask_state(std::string_view key, std::string_view text, std::string_view binding);

}  // namespace governor::daemon
