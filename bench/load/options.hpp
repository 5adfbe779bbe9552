#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace governor::bench {

enum class Target { kUpdate, kRead, kDiscover, kLease, kRedis, kRawlog, kEcho };
enum class Pick { kOwn, kRandom, kSweep };

// What one run does; parsed from the command line, which `load --help` describes.
struct Options {
  Target target = Target::kUpdate;
  bool plain = false;                // lines without numbers and hello, as an MCP client speaks to a proxy
  std::string target_name;           // as given, for the report
  std::string socket;                // the server's socket; also used to check what was stored
  std::vector<std::string> command;  // when not empty, each client is this process, spoken to over pipes
  int clients = 1;                   // 1..4096
  double seconds = 3;                // measured time
  double warmup = 0.5;               // before it, not measured
  double deadline = 0;               // for everything; 0: seconds + warmup + 60
  std::uint64_t operations = 0;      // stop after so many requests; 0: by time alone
  std::uint32_t agents = 0;          // 0: as many as clients
  Pick pick = Pick::kOwn;
  std::string counts;  // a file that count_calls.so in the server writes; empty: none
  std::string agent_prefix = "bench-agent-";
  std::string directory = "/";  // in which leases are taken
  bool verify = true;           // compare acknowledged updates with what the daemon says it stored
};

// Exits with a message and code 2 on bad usage.
Options parse_options(int argc, char** argv);

}  // namespace governor::bench
