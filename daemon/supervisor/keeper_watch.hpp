#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "daemon/supervisor/followed_keeper.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// The thread on which all keepers are followed. It begins with the first: without one it costs nothing.
/// Their ends wake it; in between it looks at what they write.
class KeeperWatch {
 public:
  explicit KeeperWatch(const SupervisorSettings& settings) : settings_(settings) {}
  /// The keepers live on.
  ~KeeperWatch();
  KeeperWatch(const KeeperWatch&) = delete;
  KeeperWatch& operator=(const KeeperWatch&) = delete;

  /// Any thread. Does nothing for one that is followed already.
  void follow(const core::Deployment& deployment, FollowedKeeper::Report report);
  /// Any thread.
  void stop(const std::string& id, std::string reason);
  /// Any thread.
  void pause(const std::string& id, bool paused);

 private:
  struct Follow {
    core::Deployment deployment;
    FollowedKeeper::Report report;
  };
  struct Stop {
    std::string id;
    std::string reason;
  };
  struct Pause {
    std::string id;
    bool paused;
  };
  using Message = std::variant<Follow, Stop, Pause>;

  void post(Message message);
  void run();
  void take_messages();
  void take(Follow message);
  void take(Stop message);
  void take(Pause message);
  void wait();
  void look_at_all();

  const SupervisorSettings& settings_;
  std::map<std::string, std::unique_ptr<FollowedKeeper>> followed_;  ///< of the thread alone

  std::mutex mutex_;
  std::vector<Message> messages_;
  bool closing_ = false;
  std::thread thread_;
  ipc::UniqueFd wake_read_;
  ipc::UniqueFd wake_write_;
};

}  // namespace governor::daemon
