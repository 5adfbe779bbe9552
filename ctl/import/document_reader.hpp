#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/import/document.hpp"
#include "ctl/import/finding.hpp"
#include "ctl/import/legacy_time.hpp"
#include "ctl/import/metadata.hpp"

namespace governor::ctl::legacy {

/// A list of more values than this is refused: the old monitor kept a thousand.
inline constexpr std::size_t kLongestHistory = 100'000;

/// What a file of one agent holds: a state file, an export of the history, or a "complete package", which has
/// the metadata as well.
struct DocumentContent {
  Document document;
  std::optional<Metadata> metadata;
  bool usable = false;  ///< there is something in it that belongs to an agent
  std::string broken;   ///< why nothing of the file can be used; empty for a sound one
};

/// Reads a JSON file. `file` names it in what is imported.
DocumentContent read_document(std::string_view text, std::string file, TimeReader& times, Notes& notes);

}  // namespace governor::ctl::legacy
