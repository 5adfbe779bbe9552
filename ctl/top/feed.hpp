#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "ctl/context.hpp"
#include "ctl/top/model.hpp"
#include "ipc/client.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl::top {

/// One look at the daemon.
struct Glance {
  std::optional<Model> model;  ///< none: it could not be reached
  std::string trouble;         ///< why
};

/// Asks the daemon again and again, from a thread of its own, so that keys are answered while it takes long.
/// A daemon that goes away is waited for, and not started: whoever stopped it meant that.
class Feed {
 public:
  /// `first`: a connection to begin with.
  Feed(const Context& context, ipc::Client first, std::size_t most_agents, std::chrono::milliseconds pace);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed();

  /// Readable when there is something to take.
  [[nodiscard]] int descriptor() const { return reading_.get(); }
  /// The newest look, if it was not taken before.
  std::optional<Glance> take();

 private:
  void run();
  Glance look();
  void publish(Glance glance);
  /// Whether it is to go on.
  bool pause();

  const Context& context_;
  const std::size_t most_agents_;
  const std::chrono::milliseconds pace_;
  ipc::UniqueFd reading_;
  ipc::UniqueFd writing_;
  ModelReader reader_;
  std::optional<ipc::Client> client_;  ///< of the thread; replaced under the mutex

  std::mutex mutex_;  ///< over what follows, and over which connection there is
  std::condition_variable is_over_changed_;
  bool is_over_ = false;
  std::optional<Glance> newest_;
  std::thread thread_;  // last: begins when everything else is there
};

}  // namespace governor::ctl::top
