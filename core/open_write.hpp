#pragma once

#include <string>

#include "core/file_commands.hpp"
#include "core/keys.hpp"

namespace governor::core {

/// A file that is about to change through governor, as it is known before it does. Stored until the change is
/// taken down, so that after a crash it is known whose the content is that is found, and under which name
/// something may lie beside the file.
struct OpenWrite {
  OpenWriteKey key = 0;
  FileWrite write;
  SessionKey session = 0;  ///< whose doing it is
  std::string temporary;   ///< stem of the names beside the file
  std::int64_t begun_us = 0;
  bool is_under_way = false;  ///< in this process; never of one that was read from the store
};

}  // namespace governor::core
