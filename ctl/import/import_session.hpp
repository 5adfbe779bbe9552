#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

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

/// Hands agents to the daemon. Several requests are under way at a time, so that they share the writes to the
/// disk.
class ImportSession {
 public:
  using Done = std::function<void(Outcome)>;

  ImportSession(ipc::Client client, bool dry_run) : client_(std::move(client)), dry_run_(dry_run) {}

  /// `done` is called during this call or a later one. An error means that the daemon is out of reach, or
  /// that it cannot go on.
  ipc::Result<void> submit(const ImportedAgent& agent, Done done);
  /// Waits for the answers that are missing.
  ipc::Result<void> finish();
  /// Gives up on the answers that are missing: the fate of those agents is unknown.
  void abandon();

 private:
  struct Waiting {
    std::size_t bytes;
    Done done;
  };

  ipc::Result<void> submit_in_parts(const ImportedAgent& agent, const Done& done);
  ipc::Result<void> send(boost::json::object params, Done done);
  ipc::Result<void> receive();

  ipc::Client client_;
  bool dry_run_;
  std::int64_t next_id_ = 1;
  std::map<std::int64_t, Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace governor::ctl::legacy
