#pragma once

#include "ctl/context.hpp"
#include "ipc/error.hpp"
#include "ipc/paths.hpp"

namespace governor::ctl {

struct EditRequest {
  bool restart = false;  ///< lets the daemon take it up at once
};

/// The configuration in an editor, on a copy that is checked before it takes the place of the file.
int edit_config(const Context& context, const EditRequest& request);

/// Whether governord takes the configuration in this file, and if not, why: in words about `named`.
ipc::Result<void> check_config(const Context& context, const ipc::Paths& paths, const std::string& file,
                               const std::string& named);

/// The configuration as it is; empty if there is none.
ipc::Result<std::string> read_config(const std::string& file, bool& exists);

}  // namespace governor::ctl
