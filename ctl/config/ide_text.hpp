#pragma once

#include "ctl/context.hpp"

namespace governor::ctl {

/// What `config` alone writes: the text for an IDE's MCP configuration.
int write_ide_text(const Context& context);

}  // namespace governor::ctl
