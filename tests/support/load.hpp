#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/conversation.hpp"

namespace governor::test {

/// An update as it was acknowledged, or as it lies in the store. The mark, given by the client, is unique in
/// a load.
struct Update {
  std::string agent;
  std::int64_t number;
  double mark;
  auto operator<=>(const Update&) const = default;
};

/// Clients that update agents, each in a thread of its own, and what they were told.
class Load {
 public:
  struct Plan {
    int updates = 0;  ///< of each client; 0: until stop()
    int window = 4;   ///< requests that a client has open
    std::function<std::string(int client)> agent = [](int) { return std::string("shared-agent"); };
    std::chrono::milliseconds silence =
        std::chrono::seconds(30);  ///< an answer that takes longer is an error
  };

  Load(std::vector<std::unique_ptr<Conversation>> clients, Plan plan);
  /// Stops and joins.
  ~Load();

  void start();
  std::uint64_t acknowledged() const { return acknowledged_.load(); }
  /// Waits until so many more updates have been acknowledged.
  bool wait_for_progress(std::uint64_t more, ipc::Deadline deadline) const;
  /// No more updates; returns when all that were sent are answered or given up.
  void stop();
  /// Waits for the clients to have done their number of updates.
  void join();

  // After stop() or join().
  std::vector<Update> updates() const;
  /// What clients were told that was not the answer to an update; the first ones of many.
  std::vector<std::string> errors() const;

  /// Ends the clients, so that none of them starts a daemon any more.
  void end_clients();

  Conversation& client(std::size_t i) { return *clients_[i].conversation; }

 private:
  struct Client {
    std::unique_ptr<Conversation> conversation;
    std::vector<Update> updates;
    std::vector<std::string> errors;
  };

  void run(std::size_t index);
  void converse(std::size_t index);
  void note(Client& client, const Answer& answer, double mark);

  Plan plan_;
  std::vector<Client> clients_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> acknowledged_{0};
};

}  // namespace governor::test
