#pragma once

#include <signal.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/binaries.hpp"
#include "tests/support/proxy_conversation.hpp"
#include "tests/support/sandbox.hpp"

namespace governor::test {

/// Nanoseconds; the same clock for all clients of this process.
inline std::int64_t moment() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// A call as its client saw it.
struct RecordedCall {
  int session = 0;  ///< from 1; another one for every new connection
  std::string tool;
  boost::json::object arguments;
  std::optional<Answer> answer;  ///< none: the client was gone before it came
  std::int64_t sent = 0;
  std::int64_t answered = 0;
};

/// The end of a client, killed or not.
struct RecordedEnd {
  int session = 0;
  pid_t pid = 0;  ///< of its proxy
  std::int64_t when = 0;
};

/// One after the other makes calls that it is told, records them, and now and then dies of SIGKILL in the
/// middle of one, to come back as another client.
class RecordedClient {
 public:
  /// The next call, given those so far; the last of them may be those of a client that was killed.
  using NextCall = std::function<std::pair<std::string, boost::json::object>(
      std::mt19937&, int session, const std::vector<RecordedCall>& so_far)>;

  struct Plan {
    int calls = 100;
    int deaths_per_thousand = 0;
    NextCall next;
  };

  RecordedClient(const Sandbox& sandbox, std::atomic<int>& sessions, std::uint32_t seed, Plan plan)
      : sandbox_(sandbox), sessions_(sessions), random_(seed), plan_(std::move(plan)) {
    thread_ = std::thread([this] {
      try {
        run();
      } catch (const std::exception& error) {
        errors_.emplace_back(error.what());
      }
      end();
    });
  }
  ~RecordedClient() { join(); }
  RecordedClient(const RecordedClient&) = delete;
  RecordedClient& operator=(const RecordedClient&) = delete;

  void join() {
    if (thread_.joinable()) thread_.join();
  }

  // After join().
  [[nodiscard]] const std::vector<RecordedCall>& calls() const { return calls_; }
  [[nodiscard]] const std::vector<RecordedEnd>& ends() const { return ends_; }
  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

 private:
  void run() {
    for (int i = 0; i < plan_.calls; ++i) {
      if (!conversation_) connect();
      auto [tool, arguments] = plan_.next(random_, session_, calls_);
      RecordedCall call{session_, std::move(tool), std::move(arguments), {}, moment(), 0};
      conversation_->ask_tool(call.tool, call.arguments);
      if (static_cast<int>(random_() % 1000) < plan_.deaths_per_thousand) {
        die();
      } else {
        call.answer = conversation_->next_answer(ipc::Deadline::after(std::chrono::seconds(60) * kSlowness));
        call.answered = moment();
      }
      calls_.push_back(std::move(call));
    }
  }

  void connect() {
    conversation_ = std::make_unique<ProxyConversation>(sandbox_.command(kProxy, {"--tools", "full"}));
    conversation_->initialize(ipc::Deadline::after(std::chrono::seconds(60) * kSlowness));
    session_ = ++sessions_;
  }

  void die() {
    // Perhaps before the line has left the proxy, perhaps after it has taken effect.
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 3000));
    const std::int64_t before = moment();
    conversation_->process().signal(SIGKILL);
    static_cast<void>(conversation_->process().wait(patience()));
    end(before);
  }

  void end(std::int64_t when = moment()) {
    if (!conversation_) return;
    ends_.push_back({session_, conversation_->process().pid(), when});
    conversation_.reset();
  }

  const Sandbox& sandbox_;
  std::atomic<int>& sessions_;
  std::mt19937 random_;
  Plan plan_;
  std::unique_ptr<ProxyConversation> conversation_;
  int session_ = 0;
  std::vector<RecordedCall> calls_;
  std::vector<RecordedEnd> ends_;
  std::vector<std::string> errors_;
  std::thread thread_;
};

}  // namespace governor::test
