#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/deployment.hpp"
#include "core/result.hpp"

namespace governor::daemon {

/// The tmux server of governor alone, on a socket of its own; the user's is never talked to. Each call waits
/// for tmux with a deadline.
class Tmux {
 public:
  /// `program` empty: there is none.
  Tmux(std::string program, std::string socket, std::vector<std::string> environment);

  [[nodiscard]] bool is_there() const { return !program_.empty(); }
  /// A session that lives as long as the program in it.
  [[nodiscard]] std::optional<core::Error> start(const std::string& session,
                                                 const std::vector<std::string>& arguments) const;
  /// All; none if no server runs.
  [[nodiscard]] core::Result<std::vector<core::FoundTerminal>> sessions() const;
  void end(const std::string& session) const;

  /// tmux gives these another name if they have a dot or a colon in theirs.
  static std::string session_name(std::string_view id);

 private:
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> arguments) const;

  std::string program_;
  std::string socket_;
  std::vector<std::string> environment_;
};

}  // namespace governor::daemon
