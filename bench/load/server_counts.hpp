#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/peers/counted.h"

namespace governor::bench {

// What a server has done so far, as counts that do not depend on the machine.
struct ServerCounts {
  std::array<std::uint64_t, COUNTED_KINDS> calls{};  // zeros without a file of counts
  std::uint64_t switches = 0;                        // how often one of its threads went to sleep
};

// `file` is what count_calls.so writes; empty for none.
ServerCounts count_server(pid_t server, const std::string& file);

// Of processes that are linked statically, where nothing can be preloaded.
struct ViaCounts {
  std::uint64_t reads = 0;   // calls
  std::uint64_t writes = 0;  // calls
  std::uint64_t bytes = 0;   // read and written
  std::uint64_t switches = 0;
};
ViaCounts count_via(const std::vector<pid_t>& processes);

}  // namespace governor::bench
