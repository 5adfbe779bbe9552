#pragma once

#include <functional>
#include <string>

#include "ctl/context.hpp"
#include "ipc/error.hpp"
#include "ipc/paths.hpp"

namespace governor::ctl {

struct EditRequest {
  bool restart = false;  ///< lets the daemon take it up at once
};

/// The configuration in an editor, on a copy that is checked before it takes the place of the file.
int edit_config(const Context& context, const EditRequest& request);

/// The configuration with what `change` makes of its text (empty: there is none), if governord takes that;
/// and whether it is another one now.
ipc::Result<bool> change_config(const Context& context,
                                const std::function<ipc::Result<std::string>(const std::string&)>& change);

/// Whether governord takes the configuration in this file, and if not, why: in words about `named`.
ipc::Result<void> check_config(const Context& context, const ipc::Paths& paths, const std::string& file,
                               const std::string& named);

/// The configuration as it is; empty if there is none.
ipc::Result<std::string> read_config(const std::string& file, bool& exists);

}  // namespace governor::ctl
