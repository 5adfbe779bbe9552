#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/client.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// What became of one file when a directory was brought back to a time, or would become of it.
struct FileOutcome {
  enum class What {
    restored,   ///< it holds what it held then
    removed,    ///< there was no such file then
    unchanged,  ///< it held then what it holds now
    not_known,  ///< governor did not know of it yet, so it stays
    not_kept,   ///< what it held then is not kept any more
    failed
  };
  std::string path;
  What what = What::unchanged;
  std::int64_t backup = 0;  ///< 0: none is known
  std::string time;         ///< since when it held that
  std::string message;      ///< why not
};

/// snake_case
std::string_view to_string(FileOutcome::What what);

struct DirectoryRestoration {
  std::string path;  ///< as the daemon names the directory
  std::string at;
  bool dry_run = false;
  std::vector<FileOutcome> files;  ///< in the order of their paths

  [[nodiscard]] std::int64_t count(FileOutcome::What what) const;
};

/// Told after each file, with how many are done and how many are known of so far.
using OnFile = std::function<void(std::size_t done, std::size_t known)>;

/// Looks at every file below the directory of which versions are known, and unless it is a dry run brings
/// back those that were other at that time, each by itself: one that cannot be restored keeps none of the
/// others from it. An error: the daemon went away, or does not take the directory; `restoration` has what
/// was done before.
ipc::Result<void> restore_directory(ipc::Client& client, const std::string& directory, const std::string& at,
                                    DirectoryRestoration& restoration, const OnFile& on_file);

/// For --json.
boost::json::object to_json(const DirectoryRestoration& restoration);

}  // namespace governor::ctl
