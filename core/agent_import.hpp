#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/agent.hpp"
#include "core/deployment_import.hpp"
#include "core/error.hpp"

namespace governor::core {

/// A step in an agent's life before it came here.
struct ImportedEvent {
  std::string event;
  std::int64_t timestamp_us = 0;  ///< 0: not known
  std::string reason;
};

/// An agent as another system kept it, or a part of it if its history is long. Figures that are not numbers,
/// unknown actions and times of 0 are gaps. The newest row carries the state from which the agent goes on.
struct AgentImport {
  // Of the profile: who it is, its lifecycle and what is noted about it. `created_us` 0: not known; then it
  // counts from the first update whose time is.
  AgentProfile profile;
  std::vector<ImportedEvent> events;
  std::string source;  ///< for people: where it comes from

  std::uint64_t updates = 0;  ///< updates that it had had, of which the history may hold only the newest
  std::uint64_t total = 0;    ///< rows of the whole history
  std::uint64_t first = 1;    ///< number of the first of `rows`
  /// Their figures, times and actions; numbers and the rest are filled in by the state.
  std::vector<UpdateRecord> rows;

  std::optional<DeploymentImport> deployment{};  ///< that it was, if it was one

  [[nodiscard]] std::uint64_t last() const { return first + rows.size() - 1; }
  [[nodiscard]] bool is_last_part() const { return last() == total; }
};

// What an import may hold. More than tools take, since what is there already must find its place.
inline constexpr std::size_t kMaxImportedNotes = 256 * 1024;
inline constexpr std::size_t kMaxImportedText = 4096;
inline constexpr std::size_t kMaxImportedTag = 256;
inline constexpr std::size_t kMaxImportedTags = 256;
inline constexpr std::size_t kMaxImportedEvents = 1000;
inline constexpr std::uint64_t kMaxImportedRows = 100'000;

/// Refuses what no agent of the model can have been, naming the field.
std::optional<Error> validate(const AgentImport& agent);

/// In which respect a stored row is another than the imported one; empty if in none.
std::string difference(const UpdateRecord& stored, const UpdateRecord& imported);

/// Whether what came before in the same import is here. When an import is only foreseen, it is not: a part
/// then counts as following the one before it.
enum class ImportLook : std::uint8_t { apply, foresee };

struct ImportOutcome {
  enum class Kind {
    imported,   ///< it is here now, or this part of it
    unchanged,  ///< it was here already
    exists,     ///< another agent of this name is here, and was left alone
  };
  Kind kind = Kind::imported;
  std::string detail;  ///< for people: in what it differs
};

std::string_view to_string(ImportOutcome::Kind kind);

}  // namespace governor::core
