#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/path_pattern.hpp"
#include "daemon/files/file_threads.hpp"
#include "daemon/watch/directory_watch.hpp"
#include "daemon/watch/watch_plan.hpp"

namespace governor::daemon {

/// Says which of the files that matter may have changed. What matters are patterns, which come and go;
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
    /// Not all directories can be watched; why.
    std::string incomplete{};
  };
  using Tell = std::function<void(Report)>;
  /// Makes what really watches; a parameter for tests.
  using Make = std::function<std::shared_ptr<DirectoryWatch>(Strand, DirectoryWatch::Tell)>;

  FileWatcher(Strand strand, FileThreads& files, Tell tell, Make make = watch_directories);

  /// Replaces the patterns. `ready` is called on the strand when they are watched, at once if nothing is new.
  void watch(std::vector<core::PathPattern> patterns, std::function<void()> ready);
  /// To be looked at once more, after a little while.
  void look_again(std::vector<std::string> files);
  void stop();

  /// Changes of a file that come together are told together, after this.
  static constexpr std::chrono::milliseconds kGather{60};
  static constexpr std::chrono::milliseconds kLookAgain{300};

 private:
  void plan();
  /// Which directories each pattern needs; the patterns by their text.
  using Plans = std::map<std::string, std::set<std::string>>;
  void planned(Plans plans, std::string incomplete);
  void forget_plans_about(const std::string& directory);
  [[nodiscard]] std::set<std::string> directories() const;
  void on_events(std::vector<WatchEvent> events);
  void on_event(const WatchEvent& event);
  void look_into(const std::string& directory);
  void gather(std::chrono::milliseconds time);
  [[nodiscard]] bool matters(const std::string& path) const;

  Strand strand_;
  FileThreads& files_;
  Tell tell_;
  Make make_;
  std::shared_ptr<DirectoryWatch> watch_;
  std::vector<core::PathPattern> patterns_;
  Plans plans_;                        ///< that hold; of patterns that are gone as well, until the next plan
  std::vector<std::string> outdated_;  ///< directories that came or went while a plan was made
  std::vector<std::function<void()>> ready_;
  bool planning_ = false;
  bool plan_again_ = false;
  bool stopped_ = false;
  std::set<std::string> changed_;
  std::set<std::string> vanished_;
  bool missed_ = false;
  bool gathering_ = false;
  std::string incomplete_;  ///< told already
  boost::asio::steady_timer timer_;
};

}  // namespace governor::daemon
