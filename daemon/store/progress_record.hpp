#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/store/row_chain.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// How far a database has come: the ends of its chains.
struct StoreProgress {
  RowChain::End commits;  ///< its entries count the commits
  RowChain::End history;
  RowChain::End audit;
  RowChain::End evidence;
};

/// What a database says of itself.
StoreProgress read_progress(SQLite::Database& database);

/// Remembers outside the database that there was one and how far it had come, so that one that was emptied,
/// removed or set back is not taken for a sound one. It is written after each commit, before any answer
/// leaves, and synced now and then and at the end: it never says more than the database, and after the end of
/// the process alone it says exactly as much. Two places are written in turn, so that a write that is cut off
/// leaves the other. A disk that refuses it keeps nobody from committing.
class ProgressRecord {
 public:
  struct Found {
    bool exists = false;                    ///< there was a database here
    std::optional<StoreProgress> progress;  ///< none: the record cannot be understood
    std::int64_t written_us = 0;            ///< system time of the newest entry
    bool suspect = false;  ///< the last run met damage, so the start is to look at everything
  };
  static Found read(const std::string& path);

  explicit ProgressRecord(std::string path) : path_(std::move(path)) {}
  ~ProgressRecord();
  ProgressRecord(const ProgressRecord&) = delete;
  ProgressRecord& operator=(const ProgressRecord&) = delete;

  void note(const StoreProgress& progress);
  /// Damage was met: the next start is to look at everything.
  void suspect_damage();

  static constexpr std::chrono::seconds kBetweenSyncs{5};

 private:
  bool open();
  void write();

  std::string path_;
  ipc::UniqueFd file_;
  StoreProgress progress_;
  std::uint64_t writes_ = 0;
  bool suspect_ = false;
  bool noted_ = false;
  std::chrono::steady_clock::time_point synced_{};
};

}  // namespace governor::daemon
