#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/error.hpp"
#include "ipc/process_identity.hpp"

namespace governor::daemon {

/// The files of one deployment, `<state>/deployments/<id>/`, mode 0700.
struct KeeperFiles {
  std::string directory;

  [[nodiscard]] std::string launch() const { return directory + "/launch.json"; }  ///< locked by the keeper
  [[nodiscard]] std::string workspace() const { return directory + "/workspace.json"; }
  [[nodiscard]] std::string token() const { return directory + "/token"; }  ///< of its agent
  [[nodiscard]] std::string mcp_config() const { return directory + "/mcp.json"; }
  [[nodiscard]] std::string settings() const { return directory + "/settings.json"; }
  [[nodiscard]] std::string prompt() const { return directory + "/prompt"; }
  [[nodiscard]] std::string keeper() const { return directory + "/keeper.json"; }
  [[nodiscard]] std::string stop() const { return directory + "/stop.json"; }
  [[nodiscard]] std::string paused() const { return directory + "/paused"; }  ///< there: it is to be paused
  [[nodiscard]] std::string request() const { return directory + "/request.json"; }
  [[nodiscard]] std::string first_prompt() const {
    return directory + "/first_prompt";
  }  ///< once it was resumed
  [[nodiscard]] std::string end() const { return directory + "/end.json"; }
  [[nodiscard]] std::string input() const { return directory + "/input"; }  ///< a FIFO
};

/// What a keeper says of itself when its program runs.
struct KeeperRecord {
  ipc::ProcessIdentity keeper;
  ipc::ProcessIdentity program;
  bool runs = false;  ///< false: the program is about to be started
  bool in_tmux = false;
  std::int64_t started_us = 0;
  std::uint64_t output_start = 0;  ///< bytes that earlier runs of this deployment have written
};

/// What is asked of a keeper together with SIGTERM.
struct StopRecord {
  std::string why;
  bool counts_as_finished = false;  ///< its work was done, and it did not go by itself
};

/// How it ended. There is none as long as anything of it runs.
struct EndRecord {
  enum class How {
    exited,
    timed_out,
    stopped,
    not_started,
    lost  ///< its keeper was killed; told by whoever has found it
  };

  How how = How::exited;
  std::string why;  ///< for people; may be empty
  bool counts_as_finished = false;
  std::optional<int> exit_code;  ///< of the program
  int signal = 0;                ///< that ended the program; 0: none
  std::int64_t ended_us = 0;
  std::uint64_t output_bytes = 0;
  std::vector<std::int64_t> left;  ///< pids that could not be ended
};

ipc::Result<void> write_keeper_record(const KeeperFiles& files, const KeeperRecord& record);
ipc::Result<void> write_stop_record(const KeeperFiles& files, const StopRecord& record);
/// On the disk when this returns.
ipc::Result<void> write_end_record(const KeeperFiles& files, const EndRecord& record);

/// Nothing if it is not there, or not readable as such.
std::optional<KeeperRecord> read_keeper_record(const KeeperFiles& files);
std::optional<StopRecord> read_stop_record(const KeeperFiles& files);
std::optional<EndRecord> read_end_record(const KeeperFiles& files);

/// The content; nothing if it cannot be read.
std::optional<std::string> read_whole_file(const std::string& path);

}  // namespace governor::daemon
