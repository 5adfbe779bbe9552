#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/file_watch.hpp"
#include "daemon/files/file_threads.hpp"
#include "daemon/watch/directory_watch.hpp"
#include "daemon/watch/growing_files.hpp"
#include "daemon/watch/watch_plan.hpp"

namespace governor::daemon {

/// Says which of the files that matter may have changed. What matters are targets, which come and go;
/// without any it holds nothing, not even a descriptor. On one strand; the file system is asked on file
/// threads.
class FileWatcher {
 public:
  using Strand = DirectoryWatch::Strand;
  struct Report {
    std::vector<std::string> files;
    std::vector<std::string> vanished;  ///< directories: with them their files have gone
    /// Some changes were not told: any file that matters may have changed besides those.
    bool missed = false;
    /// Set when it has become otherwise: why not all directories can be watched; empty: all are again.
    std::optional<std::string> trouble{};
  };
  using Tell = std::function<void(Report)>;
  /// Makes what really watches; a parameter for tests.
  using Make = std::function<std::shared_ptr<DirectoryWatch>(Strand, DirectoryWatch::Tell)>;

  /// `is_own` says what governor itself lives on, of which nothing is told.
  FileWatcher(const Strand& strand, FileThreads& files, Tell tell, WatchFilter::IsOwn is_own = {},
              Make make = watch_directories);

  /// Replaces the targets. `ready` is called on the strand when they are watched, at once if nothing is new.
  void watch(std::vector<core::WatchTarget> targets, std::function<void()> ready);
  /// To be looked at once more, after a little while.
  void look_again(std::vector<std::string> files);
  void stop();

  /// Changes of a file that come together are told together, after this.
  static constexpr std::chrono::milliseconds kGather{60};
  static constexpr std::chrono::milliseconds kLookAgain{300};
  /// What the system did not watch is offered to it again after this.
  static constexpr std::chrono::seconds kTryAgain{30};
  /// Between two looks at what the system does not watch, if they are short.
  static constexpr std::chrono::milliseconds kLooks{500};

 private:
  using Clock = std::chrono::steady_clock;
  void plan();
  /// Which directories each target needs; the targets by their keys.
  using Plans = std::map<std::string, std::set<std::string>>;
  struct Planned {
    Plans plans;
    std::string trouble;
    bool try_again = false;
  };
  static void add_directories(DirectoryWatch& watch, const std::set<std::string>& directories,
                              Planned& outcome);
  void planned(Planned outcome);
  void look_now_and_then();
  void await_growing();
  void report(Report report);
  void forget_plans_about(const std::string& directory);
  [[nodiscard]] std::set<std::string> directories() const;
  void on_events(const std::vector<WatchEvent>& events);
  void on_event(const WatchEvent& event);
  void look_into(const std::string& directory);
  void gather(std::chrono::milliseconds time);
  [[nodiscard]] bool matters(const std::string& path) const;

  Strand strand_;
  FileThreads& files_;
  Tell tell_;
  Make make_;
  std::shared_ptr<DirectoryWatch> watch_;
  WatchFilter::IsOwn is_own_;
  std::vector<core::WatchTarget> targets_;
  Plans plans_;                        ///< that hold; of targets that are gone as well, until the next plan
  std::vector<std::string> outdated_;  ///< directories that came or went while a plan was made
  std::vector<std::function<void()>> ready_;
  bool planning_ = false;
  bool plan_again_ = false;
  bool stopped_ = false;
  std::set<std::string> changed_;
  std::set<std::string> vanished_;
  bool missed_ = false;
  bool gathering_ = false;
  std::string trouble_;  ///< told already
  GrowingFiles growing_;
  bool awaiting_growing_ = false;
  bool looking_ = false;
  Clock::duration last_look_{};
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer growing_timer_;
  boost::asio::steady_timer look_timer_;
  boost::asio::steady_timer again_timer_;
};

}  // namespace governor::daemon
