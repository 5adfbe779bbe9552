#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "bench/load/dialect.hpp"
#include "bench/load/endpoint.hpp"
#include "bench/load/options.hpp"
#include "bench/load/server_counts.hpp"

namespace governor::bench {

struct Measurement {
  std::vector<std::uint32_t> latencies_ns;   // of the requests answered in the measured time
  double seconds = 0;                        // measured time
  double server_seconds = -1;                // processor time of the server within it, negative if unknown
  double own_seconds = 0;                    // of this process
  double via_seconds = 0;                    // of the processes between
  ServerCounts counts_before, counts_after;  // of the server
  ViaCounts via_before, via_after;           // of the processes between
  std::uint64_t sent = 0;                    // in the whole run, with warm-up and the end
  std::uint64_t answered = 0;
  std::uint64_t failures = 0;
  std::uint64_t unanswered = 0;  // outcome unknown
  std::string first_failure;
};

// N clients, each with one request outstanding, in one thread on one epoll.
class ClosedLoop {
 public:
  ClosedLoop(const Options& options, Dialect& dialect);
  ~ClosedLoop();
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;

  // Connects, greets, warms up, measures, waits for the last answers, says farewell.
  Measurement run();

 private:
  struct Client {
    Endpoint endpoint;
    Request request;
    std::string received;
    double sent_at = 0;
    bool waiting = false;
    bool greeting = false;
  };

  void open_clients();
  void greet();
  void drive_until(double end, bool keep_sending);
  void poll_once(double timeout);
  void receive(Client& client);
  void take_replies(Client& client);
  void take_reply(Client& client, std::string_view reply);
  void send_next(Client& client);
  void send(Client& client, const std::string& bytes);
  void fail(std::string_view reason);
  void lose(Client& client, std::string_view reason);
  double via_seconds() const;
  std::vector<pid_t> via_processes() const;

  const Options& options_;
  Dialect& dialect_;
  std::vector<Client> clients_;
  std::mt19937_64 random_{20250101};  // the same choices in every run
  std::uint32_t sweep_ = 0;
  std::string out_;
  int poller_ = -1;
  int outstanding_ = 0;
  bool keep_sending_ = false;
  bool measuring_ = false;
  double deadline_ = 0;
  Measurement result_;
};

}  // namespace governor::bench
