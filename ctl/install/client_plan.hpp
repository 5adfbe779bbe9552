#pragma once

#include <string>
#include <vector>

#include "ctl/guard/file_steps.hpp"
#include "ctl/install/client_table.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// What is to happen to the configuration file of a client.
struct ClientPlan {
  std::string path;  ///< where the file really is, behind links
  /// "create", "change", "remove", "restore", "none"; "foreign": another server has the name, and stays.
  std::string action = "none";
  std::string before;
  std::string after;
  std::string note;  ///< for a person
  std::vector<FileStep> steps;
};

/// Makes the file start `proxy` as the server "governor". What was there before is kept beside it. `force`
/// replaces an entry of this name that is not ours. A file that is not understood is an error with its line
/// and column, and stays as it is.
ipc::Result<ClientPlan> plan_client(const McpClient& client, const std::string& path,
                                    const std::string& proxy, mode_t new_mode, bool force);

/// Takes it out again: gives back the bytes from before if nothing else was changed since, or takes out the
/// entry alone.
ipc::Result<ClientPlan> plan_client_removal(const McpClient& client, const std::string& path, bool force);

}  // namespace governor::ctl
