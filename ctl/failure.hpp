#pragma once

#include <string>
#include <string_view>

#include "ctl/context.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Says what went wrong, for people on the error stream, with --json as an object on the output, and returns
/// the exit code that belongs to it. `next_step` follows the message where the message does not contain one
/// itself.
int report_failure(const Context& context, const ipc::Error& error, std::string_view next_step = {});

}  // namespace governor::ctl
