#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "ipc/error.hpp"

namespace governor::ctl {

/// One thing to do to the file system.
struct FileStep {
  enum class Kind {
    write,            ///< `text` into `path`, whole or not at all; missing directories are made
    rename,           ///< `from` to `path`; missing directories are made
    link,             ///< `path` becomes a symbolic link to `from`, if nothing is there
    remove,           ///< `path`
    remove_if_empty,  ///< the directory `path`
  };
  Kind kind = Kind::write;
  std::string path;
  std::string from{};
  std::string text{};
  mode_t mode = 0644;
};

ipc::Result<void> run_steps(const std::vector<FileStep>& steps);

/// The content, or nothing where there is no file. An error if it cannot be read or is longer than 8 MiB.
ipc::Result<std::optional<std::string>> read_if_there(const std::string& path);

/// Whether anything has this name, a link to nothing included.
bool is_there(const std::string& path);

/// The permissions of a file, or `otherwise`.
mode_t mode_of(const std::string& path, mode_t otherwise);

}  // namespace governor::ctl
