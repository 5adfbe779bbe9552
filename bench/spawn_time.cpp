// Measures spawn to first reply: starts each command in turn with a request waiting on its stdin and takes
// the time until a line comes out of its stdout. usage: spawn_time --count N --request LINE -- COMMAND
// ARGS... [-- COMMAND ARGS...]
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/load/endpoint.hpp"

using namespace governor::bench;

namespace {

constexpr double kReplySeconds = 20;

double milliseconds_to_first_reply(const std::vector<std::string>& command, const std::string& request) {
  const double begin = now_seconds();
  LineChannel channel(spawn_piped(command), kReplySeconds);
  std::string reply;
  if (!channel.send(request) || !channel.receive(reply))
    throw std::runtime_error("no reply from " + command[0]);
  const double end = now_seconds();
  if (reply.find("\"result\":") == reply.npos) throw std::runtime_error(command[0] + " replied " + reply);
  return 1000 * (end - begin);
}

int measure(int count, const std::string& request, const std::vector<std::vector<std::string>>& commands) {
  std::vector<std::vector<double>> times(commands.size());
  for (int i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < commands.size(); ++j) {
      times[j].push_back(milliseconds_to_first_reply(commands[j], request));
    }
  }
  std::printf("[");
  for (std::size_t j = 0; j < times.size(); ++j) {
    std::sort(times[j].begin(), times[j].end());
    std::printf("%s{\"p50_ms\":%.4f,\"min_ms\":%.4f,\"max_ms\":%.4f}", j == 0 ? "" : ",",
                times[j][times[j].size() / 2], times[j].front(), times[j].back());
  }
  std::printf("]\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int count = 1;
  std::string request;
  std::vector<std::vector<std::string>> commands;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--") == 0) {
      commands.emplace_back();
    } else if (!commands.empty()) {
      commands.back().push_back(argv[i]);
    } else if (std::strcmp(argv[i], "--count") == 0 && i + 1 < argc) {
      count = std::atoi(argv[++i]);
    } else if (std::strcmp(argv[i], "--request") == 0 && i + 1 < argc) {
      request = std::string(argv[++i]) + "\n";
    }
  }
  const bool empty = std::any_of(commands.begin(), commands.end(), [](const auto& c) { return c.empty(); });
  if (commands.empty() || empty || count < 1 || request.empty()) {
    std::fprintf(stderr,
                 "usage: spawn_time --count N --request LINE -- COMMAND ARGS... [-- COMMAND ARGS...]\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  try {
    return measure(count, request, commands);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spawn_time: %s\n", error.what());
    return 1;
  }
}
