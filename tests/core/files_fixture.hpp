#pragma once

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

namespace governor::core::test {

/// Two sessions that lease and write files. A content is its own hash.
struct FilesFixture : StateFixture {
  static LeasePath at(const std::string& path) {
    LeasePath made;
    made.pattern = path.find('*') == std::string::npos ? PathPattern::literal(path) : PathPattern::glob(path);
    return made;
  }

  void enrol(SessionKey session, const std::string& id) { REQUIRE(register_agent(session, id)); }
  LeaseKey lease(SessionKey session, const std::string& path, const std::string& agent_id = {}) {
    LeaseCommand command;
    command.agent_id = agent_id;
    command.paths = {at(path)};
    command.ttl_us = 600'000'000;
    auto outcome = state.request_lease({session, 0}, std::move(command), ++now, changes);
    return outcome ? outcome->lease.key : 0;
  }
  Result<Lease> begin(SessionKey session, LeaseKey lease, const std::string& path) {
    return state.begin_write({session, 0}, {at(path), lease, "commit_file"}, ++now, changes);
  }
  static FileWrite written(const std::string& path, const std::string& before, const std::string& after,
                           const std::string& agent_id = {}) {
    FileWrite write;
    write.path = path;
    write.before = {before, before.size(), 1, before.size()};
    write.after = {after, after.size(), 1, after.size()};
    write.agent_id = agent_id;
    return write;
  }
  FileWriteOutcome write(SessionKey session, const std::string& path, const std::string& before,
                         const std::string& after, const std::string& agent_id = {}) {
    return state.record_write({session, 0}, written(path, before, after, agent_id), ++now, changes);
  }
  /// What was written down besides leases and writes themselves.
  std::vector<std::string> audited() const {
    std::vector<std::string> events;
    for (const auto& entry : of_kind<AuditAppended>(changes)) {
      if (!entry.event.starts_with("lease_") && entry.event != "file_committed" &&
          entry.event != "file_restored" && entry.event != "file_written") {
        events.push_back(entry.event);
      }
    }
    return events;
  }
};

}  // namespace governor::core::test
