#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/agent.hpp"
#include "core/result.hpp"
#include "daemon/store/store.hpp"
#include "daemon/support/new_file.hpp"

namespace governor::daemon {

enum class ExportFormat { json, csv };

struct ExportedFile {
  std::string path;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// Where exports lie, in the state directory.
std::string export_directory(const std::string& state_directory);

/// Writes all that is stored of an agent into a new file: JSON with who it is, its whole history and its
/// evidence, or the history alone as CSV, each oldest first, all epochs. What is added while it is written is
/// left out.
class AgentExport {
 public:
  struct Request {
    std::string agent_id;
    ExportFormat format = ExportFormat::json;
    std::string directory;
    std::string filename;     ///< as a person wrote it; empty: made of the agent's id and the time
    std::int64_t now_us = 0;  ///< for the name and the text
  };

  explicit AgentExport(Request request) : request_(std::move(request)) {}

  /// Store thread: writes one slice. Nothing is left of an export that failed or is dropped before it is
  /// done.
  std::optional<core::Error> step(Store& store);
  [[nodiscard]] bool done() const { return result_.has_value(); }
  /// Precondition: `done()`.
  [[nodiscard]] const ExportedFile& result() const { return *result_; }

  static constexpr std::size_t kRowsPerStep = 500;

 private:
  std::optional<core::Error> choose_name();
  std::optional<core::Error> begin(Store& store);
  std::optional<core::Error> write_rows(Store& store);
  std::optional<core::Error> write_evidence_rows(Store& store);
  std::optional<core::Error> finish();
  [[nodiscard]] core::Error about_filename(core::Error error) const;

  Request request_;
  std::string stem_;  ///< of the file's name
  std::optional<NewFile> file_;
  std::uint64_t total_ = 0;
  std::uint64_t written_ = 0;
  core::EvidenceKey evidence_written_ = 0;  ///< the last one
  core::EvidenceKey last_evidence_ = 0;     ///< that there is when it begins
  bool has_all_evidence_ = false;
  std::optional<ExportedFile> result_;
};

/// All of it at once, for those who are on the store thread and must have it before they go on.
core::Result<ExportedFile> export_agent(Store& store, AgentExport::Request request);

}  // namespace governor::daemon
