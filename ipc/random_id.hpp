#pragma once

#include <cstddef>
#include <string>

namespace governor::ipc {

/// That many unpredictable bytes from the kernel.
std::string random_bytes(std::size_t count);

/// Lower-case hex of that many unpredictable bytes from the kernel.
std::string random_hex(std::size_t bytes);

/// 128 unpredictable bits in the groups of a UUID.
std::string random_uuid();

}  // namespace governor::ipc
