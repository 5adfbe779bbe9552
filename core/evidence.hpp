#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/keys.hpp"

namespace governor::core {

// What an agent did, as governor saw it or was told. No contents: no prompt, reply, text of a file or output.
// The numbers of these enumerations are stored: never renumber, only append.

/// Where a figure comes from.
enum class Provenance : std::uint8_t {
  measured = 0,  ///< by hooks, git, the watcher, or governor itself
  derived = 1,   ///< computed from what was measured
  reported = 2,  ///< said by the agent
  prior = 3      ///< not known of this agent: what is usual
};

enum class ToolClass : std::uint8_t {
  read = 0,
  edit = 1,
  run = 2,
  test = 3,
  version_control = 4,
  network = 5,
  other = 6
};

enum class Severity : std::uint8_t { low = 0, medium = 1, high = 2 };

std::string_view to_string(Provenance provenance);
std::string_view to_string(ToolClass tool_class);
std::string_view to_string(Severity severity);

struct ToolUsed {
  static constexpr std::size_t kMaxNameBytes = 64;

  std::string tool;     ///< as its client calls it, such as Bash; at most kMaxNameBytes
  std::string program;  ///< of a command, without directory; else empty; at most kMaxNameBytes
  ToolClass tool_class = ToolClass::other;
  bool success = true;
  std::optional<std::int32_t> exit_code;
  std::optional<std::int64_t> duration_ms;
  std::uint32_t command_bytes = 0;  ///< how long the command was; 0: it was none
  std::uint32_t output_bytes = 0;   ///< how much came back; 0: nothing, or not known
  std::uint64_t fingerprint = 0;    ///< the same for the same command or edit; 0: nothing to compare
  std::string command;              ///< only where `evidence.keep_commands` is set
};

struct FileChanged {
  std::string path;  ///< absolute, see text/path_text.hpp
  std::uint32_t lines_added = 0;
  std::uint32_t lines_removed = 0;
  bool created = false;
  bool deleted = false;
  std::uint64_t content = 0;  ///< fingerprint of what the file holds now; 0: not known, or it is gone
};

struct TestsRun {
  std::string framework;  ///< such as pytest, see command_class.hpp
  bool success = true;
  std::optional<std::uint32_t> passed;
  std::optional<std::uint32_t> failed;
};

/// The agent took back its own changes.
struct Reverted {
  enum class How : std::uint8_t { command = 0, content = 1 };  ///< git restore and the like; A, B, A

  How how = How::command;
  std::string path;  ///< empty: a command without one
};

/// The same command or the same edit again.
struct Repeated {
  enum class What : std::uint8_t { command = 0, edit = 1 };

  What what = What::command;
  std::string subject;      ///< the program, or the file's path
  std::uint32_t times = 2;  ///< with this one, from 2
};

struct Refused {
  enum class By : std::uint8_t {
    lease = 0,
    protection = 1,
    shrink_guard = 2,
    person = 3,
    loop = 4,
    gate = 5
  };

  By by = By::lease;
  std::string path;
};

struct RiskyAction {
  std::string rule;  ///< its name in the configuration
  Severity severity = Severity::medium;
  std::string program;
};

struct TurnBegan {};
struct TurnEnded {};

/// What the agent said, as an amount.
struct ProseSaid {
  std::uint32_t bytes = 0;
};

/// What governor made of the evidence at the end of a turn, beside the update that was made of it.
struct Judged {
  std::uint64_t update = 0;               ///< number of that update, see UpdateRecord
  std::uint32_t failure_per_million = 0;  ///< the probability that this will fail, times 1,000,000
  bool provisional = false;               ///< too few turns to be sure
  std::string account;                    ///< inputs, baseline and reasons, see account.hpp; at most 4 KiB
};

/// What the agent said of itself in an update, as far as it can be compared with what was seen.
struct Stated {
  std::optional<std::uint32_t> confidence_per_mille;
  std::optional<std::uint32_t> complexity_per_mille;
};

using EvidenceItem = std::variant<ToolUsed, FileChanged, TestsRun, Reverted, Repeated, Refused, RiskyAction,
                                  TurnBegan, TurnEnded, ProseSaid, Judged, Stated>;

/// One row of the evidence of an agent.
struct Evidence {
  EvidenceKey key = 0;  ///< without gaps
  AgentKey agent = 0;
  std::int64_t timestamp_us = 0;  ///< microseconds since the Unix epoch, on the daemon's clock
  std::uint32_t epoch = 1;        ///< of the agent
  std::uint32_t turn = 0;         ///< within the epoch, from 1; 0: before the first
  Provenance provenance = Provenance::measured;
  std::uint64_t source = 0;  ///< whoever reports the same event again gives the same number; 0: it cannot
  AuditKey actor = 0;        ///< see Session::introduced; 0: the daemon itself
  EvidenceItem item;
};

std::string_view to_string(Reverted::How how);
std::string_view to_string(Repeated::What what);
std::string_view to_string(Refused::By by);

/// Of what a file holds, by its SHA-256 in hexadecimal digits; 0 if that is none.
std::uint64_t content_fingerprint(std::string_view sha256);

/// The word for what an item is, such as `tool_used`.
std::string_view kind_of(const EvidenceItem& item);

}  // namespace governor::core
