#pragma once

#include "core/file_version.hpp"
#include "daemon/files/file_content.hpp"
#include "daemon/files/shrink_guard.hpp"

namespace governor::daemon {

/// What is taken down of a file that was read; no backup of it is known yet.
inline core::FileState state_of(const FileContent& content) {
  core::FileState state;
  state.sha256 = content.sha256;
  state.bytes = content.bytes.size();
  state.lines = count_lines(content.bytes);
  state.mode = content.mode;
  state.modified_us = content.modified_us;
  return state;
}

}  // namespace governor::daemon
