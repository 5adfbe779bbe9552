#pragma once

#include <optional>
#include <string_view>

#include "daemon/files/file_slot.hpp"

namespace governor::daemon::test {

/// Changes the file as one that is not interrupted; none: it is so.
inline std::optional<core::Error> replace(FileSlot& slot, std::string_view content, const FileContent& old) {
  return slot.replace({content, new_temporary_name(), {}, nullptr}, old).failure;
}

inline std::optional<core::Error> remove(FileSlot& slot, const FileContent& old) {
  return slot.remove(old, new_temporary_name()).failure;
}

}  // namespace governor::daemon::test
