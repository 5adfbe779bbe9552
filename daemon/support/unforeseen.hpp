#pragma once

#include <fmt/format.h>

#include <exception>

#include "core/error.hpp"

namespace governor::daemon {

/// For an exception that nobody expected: it ends one call, and nothing else.
inline core::Error unforeseen(const std::exception& failure) {
  return {core::ErrorCode::internal_error,
          fmt::format(
              "governor failed in a way that was not foreseen ({}); whether the call took effect is unknown.",
              failure.what()),
          "Look at what it was to change before you try again. If it fails again, report it with the end of "
          "governor's log."};
}

/// Runs `body`, which returns an error or something that can be one.
template <class Body>
auto foreseen(Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& failure) {
    return unforeseen(failure);
  }
}

}  // namespace governor::daemon
