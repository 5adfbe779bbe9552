#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>

#include "ctl/context.hpp"
#include "ipc/client.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Which version of a file is meant. Neither number nor time: what it held before its present content.
struct VersionRequest {
  std::string path;
  std::string at;
  std::int64_t backup = 0;

  /// As the daemon takes it.
  [[nodiscard]] boost::json::object params() const;
};

struct BackupContent {
  boost::json::object version;  ///< as the daemon tells of it
  bool exists = false;          ///< false: there was no file then
  std::string bytes;
};

/// All of it, piece by piece.
ipc::Result<BackupContent> fetch_backup(ipc::Client& client, const VersionRequest& wanted,
                                        ipc::Deadline deadline);

/// "backup 12, 3 min ago, by ada"
std::string version_text(const Context& context, const boost::json::object& version);

/// Who wrote it; "-" if nobody knows.
std::string writer_of(const boost::json::object& version);

}  // namespace governor::ctl
