#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/error.hpp"

namespace governor::ctl::replay {

/// What an agent did once, as events that governor/note_evidence takes.
struct RecordedRun {
  std::string name;
  std::optional<bool> failed;             ///< none: nobody knows
  std::vector<boost::json::array> turns;  ///< the events of each
};

/// A line of a file of runs: `run`, `failed`, `steps` with `text_bytes`, `command`, `exit_code`,
/// `output_bytes` and `output_tail`. Each step is a turn, since such agents ask for a command and wait for
/// what comes of it.
ipc::Result<RecordedRun> read_run(std::string_view line);

/// The transcript of one session, as Claude Code writes it: a message a line. A turn goes from one prompt of
/// the person to the next. Lines of other kinds and of subagents are passed over.
ipc::Result<RecordedRun> read_transcript(std::string_view text, std::string name);

/// Whether the text is a file of runs; otherwise it is taken for a transcript.
bool holds_runs(std::string_view text);

/// The next line of `text`, which is shortened; empty lines are passed over. None at the end.
std::optional<std::string_view> next_line(std::string_view& text);

}  // namespace governor::ctl::replay
