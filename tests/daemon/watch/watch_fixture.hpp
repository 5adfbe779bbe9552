#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/watch/file_watcher.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

namespace governor::daemon::test {

inline void put(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
}

/// A watcher on the real file system, and what it has told.
struct WatchFixture {
  explicit WatchFixture(FileWatcher::Make make = watch_directories, WatchFilter::IsOwn is_own = {})
      : files(std::make_unique<FileThreads>(
            std::make_unique<FileServices>(directory.path() + "/backups", FileSettings{}))),
        watcher(std::make_unique<FileWatcher>(
            boost::asio::make_strand(io), *files,
            [this](FileWatcher::Report report) { take(std::move(report)); }, std::move(is_own),
            std::move(make))) {}
  ~WatchFixture() {
    watcher->stop();
    files.reset();  // its jobs use the watcher
  }

  void watch(const std::vector<std::string>& patterns, bool leaves_ignored_out = false) {
    bool ready = false;
    std::vector<core::WatchTarget> all;
    for (const std::string& pattern : patterns)
      all.push_back({core::PathPattern::glob(path(pattern)), leaves_ignored_out});
    watcher->watch(std::move(all), [&ready] { ready = true; });
    REQUIRE(runs_until([&] { return ready; }));
  }
  bool runs_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      io.restart();
      io.run_one_for(std::chrono::milliseconds(100));
    }
    return done();
  }
  bool is_told(const std::string& name) {
    return runs_until([&] { return changed.contains(path(name)); });
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return std::filesystem::canonical(directory.path()).string() + "/" + name;
  }
  void take(FileWatcher::Report report) {
    changed.insert(report.files.begin(), report.files.end());
    vanished.insert(report.vanished.begin(), report.vanished.end());
    missed = missed || report.missed;
    if (report.trouble) trouble = *report.trouble;
  }

  TemporaryDirectory directory;
  boost::asio::io_context io;
  std::unique_ptr<FileThreads> files;
  std::unique_ptr<FileWatcher> watcher;
  std::set<std::string> changed;
  std::set<std::string> vanished;
  bool missed = false;
  std::optional<std::string> trouble;  ///< told last
};

}  // namespace governor::daemon::test
