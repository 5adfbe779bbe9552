#pragma once

#include <string>
#include <vector>

namespace governor::ipc {

/// Takes from the calling thread, and from those that it will start, what serving clients and keeping the
/// state does not need: writing outside of these directories and starting programs (Landlock, since
/// Linux 5.13), and sockets other than Unix sockets (seccomp). Reading stays, as do files and sockets that
/// are open already. There is no way back.
///
/// In the directories named second, files and sockets may be removed and nothing else.
///
/// Returns what this system does not offer, as ends of "cannot be kept from ..."; empty: all of it holds.
std::vector<std::string> confine_thread(const std::vector<std::string>& writable_directories,
                                        const std::vector<std::string>& directories_to_tidy = {});

}  // namespace governor::ipc
