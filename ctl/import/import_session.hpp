#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/import/imported_agent.hpp"
#include "ipc/client.hpp"

namespace governor::ctl::legacy {

/// What became of an agent, as the daemon says.
struct Outcome {
  enum class Kind { not_asked, imported, would_import, unchanged, exists, refused, unknown };
  Kind kind = Kind::not_asked;
  std::string detail;  ///< why, or in what it differs
};

std::string_view to_string(Outcome::Kind kind);

/// Hands agents to the daemon, many in a request, so that they share a write to the disk, and some requests
/// ahead of the answers.
class ImportSession {
 public:
  using Done = std::function<void(Outcome)>;

  /// A dry run only asks what would become of the agents.
  ImportSession(ipc::Client client, bool dry_run) : client_(std::move(client)), dry_run_(dry_run) {}

  /// `done` is called during this call or a later one. An error means that the daemon is out of reach, or
  /// that it cannot go on.
  ipc::Result<void> submit(const ImportedAgent& agent, Done done);
  /// Sends what is left and waits for the answers that are missing.
  ipc::Result<void> finish();
  /// Gives up on the answers that are missing: the fate of those agents is unknown.
  void abandon();

 private:
  ipc::Result<void> submit_in_parts(const ImportedAgent& agent, const Done& done);
  ipc::Result<void> flush();
  ipc::Result<void> receive();

  ipc::Client client_;
  bool dry_run_;
  std::int64_t next_id_ = 1;
  std::string batch_;  ///< the agents of the next request, as JSON, with commas between them
  std::size_t batch_rows_ = 0;
  std::vector<Done> batch_done_;
  std::map<std::int64_t, std::vector<Done>> waiting_;  ///< by request
};

}  // namespace governor::ctl::legacy
