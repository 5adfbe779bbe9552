#pragma once

#include <cstddef>
#include <string>

#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Everything up to the end of the file. An error when more than `limit` bytes come, or the end does not come
/// in time.
ipc::Result<std::string> read_input(int fd, std::size_t limit, ipc::Deadline deadline);

}  // namespace governor::ctl
