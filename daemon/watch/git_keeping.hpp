#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/watch/git_blobs.hpp"

namespace governor::daemon {

/// Whether git still has what a file held before it changed, and whether what it holds now came from git: a
/// checkout, a merge or a reset of what is committed loses nothing, one of what nobody has committed does.
/// For one look of governor's, on one thread; blocks on the disk and on git.
class GitKeeping {
 public:
  struct Verdict {
    bool is_at_work = false;    ///< git is about to write its index
    bool is_known = false;      ///< there is a repository, and git has answered
    bool keeps_before = false;  ///< in what HEAD was a moment ago, or in a stash
    bool is_checked_out =
        false;  ///< the file is now as HEAD has it, and not because of a commit of just that
  };

  /// `path` is a text, see `text::path_text`. An empty hash: there is no file.
  Verdict judge(const std::string& path, const std::string& sha256_before, const std::string& sha256_after,
                std::int64_t changed_us);

 private:
  /// Where HEAD moved, as git writes it down.
  struct Move {
    std::string from;
    std::string to;
    std::int64_t time_us = 0;
    bool is_commit = false;
  };
  struct Repository {
    std::string top;  ///< empty: there is none
    bool is_at_work = false;
    std::string objects;              ///< where they are that are not packed
    std::vector<Move> moves;          ///< newest first
    std::vector<std::string> others;  ///< revisions that keep what was put away
    std::unique_ptr<GitBlobs> blobs;
  };

  static std::vector<Move> read_moves(const std::string& log);
  static std::string checked_out(const Repository& repository, std::int64_t changed_us);
  Repository& repository_of(const std::string& directory);
  [[nodiscard]] static std::vector<std::string> keeping(const Repository& repository);

  std::map<std::string, std::shared_ptr<Repository>> of_directories_;
};

}  // namespace governor::daemon
