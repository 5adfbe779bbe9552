#include "bench/load/options.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace governor::bench {
namespace {

constexpr const char* kUsage =
    R"(usage: load --target T --socket PATH [options] [-- COMMAND ARGS...]

Closed loop: every client has exactly one request outstanding. Prints one JSON object.

  --target T      governor[-read|-discover|-lease]   numbered lines on the daemon's socket
                  proxies[-read|-discover]           plain lines to COMMAND (governor-proxy) over pipes
                  redis | rawlog | echo
  --socket PATH   the server's Unix socket
  --clients N     default 1
  --seconds S     measured time, default 3
  --warmup S      unmeasured time before it, default 0.5
  --ops N         end after N requests even if there is time left
  --deadline S    end by then in any case, default seconds + warmup + 60
  --agents K      default: one for each client; 1: all clients update the same agent
  --pick P        own (client i uses agent i mod K) | random | sweep (each request the next agent)
  --agent-prefix  default bench-agent-
  --directory     of governor-lease: each client takes and releases a file of its own there, in turn (default /)
  --counts FILE   the file that count_calls.so, preloaded into the server, writes: count its calls
  --no-verify     do not compare acknowledged with stored updates
  -- COMMAND      one process for each client, spoken to over its stdin and stdout
)";

[[noreturn]] void refuse(const std::string& reason) {
  std::fprintf(stderr, "load: %s\n%s", reason.c_str(), kUsage);
  std::exit(2);
}

void set_target(Options& options, std::string_view name) {
  options.target_name = name;
  constexpr std::string_view kProxies = "proxies";
  constexpr std::string_view kGovernor = "governor";
  std::string_view kind;
  if (name.starts_with(kProxies)) {
    options.plain = true;
    kind = name.substr(kProxies.size());
  } else if (name.starts_with(kGovernor)) {
    kind = name.substr(kGovernor.size());
  } else if (name == "redis" || name == "rawlog" || name == "echo") {
    options.target = name == "redis" ? Target::kRedis : name == "rawlog" ? Target::kRawlog : Target::kEcho;
    return;
  } else {
    refuse("unknown target " + std::string(name));
  }
  if (kind != "" && kind != "-read" && kind != "-discover" && kind != "-lease")
    refuse("unknown target " + std::string(name));
  options.target = kind == ""            ? Target::kUpdate
                   : kind == "-read"     ? Target::kRead
                   : kind == "-discover" ? Target::kDiscover
                                         : Target::kLease;
}

void set_pick(Options& options, std::string_view name) {
  if (name != "own" && name != "random" && name != "sweep") refuse("unknown --pick " + std::string(name));
  options.pick = name == "own" ? Pick::kOwn : name == "random" ? Pick::kRandom : Pick::kSweep;
}

void set_option(Options& options, std::string_view name, const char* value) {
  if (name == "--target") {
    set_target(options, value);
  } else if (name == "--socket") {
    options.socket = value;
  } else if (name == "--clients") {
    options.clients = std::atoi(value);
  } else if (name == "--seconds") {
    options.seconds = std::atof(value);
  } else if (name == "--warmup") {
    options.warmup = std::atof(value);
  } else if (name == "--deadline") {
    options.deadline = std::atof(value);
  } else if (name == "--ops") {
    options.operations = std::strtoull(value, nullptr, 10);
  } else if (name == "--agents") {
    options.agents = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
  } else if (name == "--pick") {
    set_pick(options, value);
  } else if (name == "--counts") {
    options.counts = value;
  } else if (name == "--agent-prefix") {
    options.agent_prefix = value;
  } else if (name == "--directory") {
    options.directory = value;
  } else {
    refuse("unknown option " + std::string(name));
  }
}

void check(Options& options) {
  if (options.target_name.empty()) refuse("--target is missing");
  if (options.socket.empty()) refuse("--socket is missing");
  if (options.clients < 1 || options.clients > 4096) refuse("--clients must be 1 to 4096");
  if (options.seconds <= 0 || options.warmup < 0) refuse("--seconds must be above 0, --warmup not below");
  if (options.plain && options.command.empty()) refuse("target " + options.target_name + " needs -- COMMAND");
  if (options.agents == 0) options.agents = static_cast<std::uint32_t>(options.clients);
  if (options.deadline <= 0) options.deadline = options.seconds + options.warmup + 60;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--help") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    }
    if (name == "--") {
      options.command.assign(argv + i + 1, argv + argc);
      break;
    }
    if (name == "--no-verify") {
      options.verify = false;
      continue;
    }
    if (i + 1 == argc) refuse(std::string(name) + " needs a value");
    set_option(options, name, argv[++i]);
  }
  check(options);
  return options;
}

}  // namespace governor::bench
