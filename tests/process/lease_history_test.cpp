// The same of leases.
#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <set>

#include "tests/linearizability/lease_model.hpp"
#include "tests/process/recorded_history.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;
using namespace governor::linearizability;
using LeaseOp = Checker<LeaseModel>::Op;

std::string path_of(const Sandbox& sandbox, std::uint32_t number) {
  return sandbox.directory() + "/file-" + std::to_string(number);
}

LeaseModel::Input lease_input(const RecordedCall& call) {
  using Kind = LeaseModel::Input::Kind;
  LeaseModel::Input input;
  input.session = call.session;
  input.kind = call.tool == "request_write"   ? Kind::request
               : call.tool == "release_write" ? Kind::release
               : call.tool == "renew_write"   ? Kind::renew
                                              : Kind::look;
  if (const json::value* mode = call.arguments.if_contains("mode"))
    input.shared = mode->as_string() == "shared";
  if (const json::value* lease = call.arguments.if_contains("lease")) {
    input.lease = lease->to_number<std::int64_t>();
  }
  return input;
}

LeaseModel::Output lease_output(const RecordedCall& call) {
  LeaseModel::Output output;
  output.code = call.answer->tool_error();
  if (!output.code.empty()) return output;
  const json::object& content = call.answer->content();
  if (call.tool == "request_write" && content.at("status").as_string() == "granted") {
    output.granted = true;
    output.created = content.at("created").as_bool();
    output.lease = content.at("lease").to_number<std::int64_t>();
    output.fence = content.at("fence").to_number<std::uint64_t>();
  } else if (const json::value* holders = content.if_contains("holders")) {
    for (const json::value& holder : holders->as_array()) {
      const json::value* lease = holder.as_object().if_contains("lease");
      if (lease != nullptr) output.holders.insert(lease->to_number<std::int64_t>());
    }
  }
  return output;
}

/// A lease as it lies in the database, whatever became of it.
struct StoredLease {
  std::int64_t key;
  std::uint64_t fence;
  std::int64_t pid;
};

std::vector<StoredLease> stored_leases(const Sandbox& sandbox) {
  const SQLite::Database database(sandbox.database(), SQLite::OPEN_READONLY);
  SQLite::Statement rows(database, "SELECT key, fence, pid FROM lease ORDER BY key");
  std::vector<StoredLease> leases;
  while (rows.executeStep()) {
    leases.push_back({rows.getColumn(0).getInt64(), static_cast<std::uint64_t>(rows.getColumn(1).getInt64()),
                      rows.getColumn(2).getInt64()});
  }
  return leases;
}

std::vector<std::string> paths_in(const RecordedCall& call) {
  std::vector<std::string> paths;
  if (const json::value* list = call.arguments.if_contains("paths")) {
    for (const json::value& path : list->as_array()) paths.emplace_back(path.as_string());
  } else if (const json::value* path = call.arguments.if_contains("path")) {
    paths.emplace_back(path->as_string());
  }
  return paths;
}

/// Turns a recording into the histories of the single paths.
class LeaseHistories {
 public:
  /// `queues`: whether some of the requests waited.
  LeaseHistories(const Recording& recording, std::vector<StoredLease> stored, bool queues)
      : recording_(recording), stored_(std::move(stored)), queues_(queues) {}

  std::map<std::string, std::vector<LeaseOp>> make() {
    for (const RecordedCall& call : recording_.calls) add_grants(call);
    for (const RecordedCall& call : recording_.calls) {
      if (call.tool == "renew_write") {
        const auto lease = leases_.find(lease_input(call).lease);
        if (lease != leases_.end()) lease->second.may_end = std::min(lease->second.may_end, end_of(call));
      }
      if (call.tool != "request_write" && call.answer) add(call);
    }
    for (auto& [path, history] : histories_) add_ends(path, history);
    return std::move(histories_);
  }

 private:
  struct Lease {
    std::vector<std::string> paths;
    std::int64_t may_end = 0;  ///< not before this moment by itself
  };

  void add_grants(const RecordedCall& call) {
    if (call.tool != "request_write") return;
    const auto paths = paths_in(call);
    LeaseOp op{lease_input(call), std::nullopt, call.sent, INT64_MAX};
    op.input.may_queue = queues_;
    if (call.answer) {
      op.output = lease_output(call);
      op.answered = call.answered;
      // Of several paths it does not say which of them was in the way.
      if (!op.output->granted && paths.size() > 1) return;
    } else if (!find_untold(call, op)) {
      return;  // it never happened
    }
    if (op.output->granted && op.output->created) {
      leases_[op.output->lease] = {paths, end_of(call)};
    }
    for (const std::string& path : paths) histories_[path].push_back(op);
  }

  /// The earliest moment at which a lease ends by itself that was requested or renewed so.
  static std::int64_t end_of(const RecordedCall& call) {
    return call.sent + call.arguments.at("ttl_seconds").to_number<std::int64_t>() * 1'000'000'000;
  }

  /// A grant that its client was not told of any more lies in the database.
  bool find_untold(const RecordedCall& call, LeaseOp& op) {
    const auto gone = std::find_if(recording_.ends.begin(), recording_.ends.end(),
                                   [&](const RecordedEnd& end) { return end.session == call.session; });
    REQUIRE(gone != recording_.ends.end());
    const std::set<std::int64_t> told = leases_told_to(call.session);
    for (const StoredLease& lease : stored_) {
      if (lease.pid != gone->pid || told.contains(lease.key)) continue;
      op.output = LeaseModel::Output{{}, true, true, lease.key, lease.fence, {}};
      return true;
    }
    return false;
  }

  std::set<std::int64_t> leases_told_to(int session) const {
    std::set<std::int64_t> told;
    for (const RecordedCall& call : recording_.calls) {
      if (call.session != session || call.tool != "request_write" || !call.answer) continue;
      const LeaseModel::Output output = lease_output(call);
      if (output.granted) told.insert(output.lease);
    }
    return told;
  }

  /// A call about a lease is one about each of its paths.
  void add(const RecordedCall& call) {
    LeaseOp op{lease_input(call), lease_output(call), call.sent, call.answered};
    auto paths = paths_in(call);
    if (call.tool != "check_write") {
      const auto lease = leases_.find(op.input.lease);
      if (lease == leases_.end()) return;
      paths = lease->second.paths;
    }
    for (const std::string& path : paths) histories_[path].push_back(op);
  }

  void add_ends(const std::string& path, std::vector<LeaseOp>& history) {
    for (const RecordedCall& call : recording_.calls) {
      // The release of a client that was killed: it may have happened.
      if (call.tool == "release_write" && !call.answer) {
        history.push_back({lease_input(call), std::nullopt, call.sent, INT64_MAX});
      }
    }
    for (const auto& [key, lease] : leases_) {
      if (std::find(lease.paths.begin(), lease.paths.end(), path) == lease.paths.end()) continue;
      LeaseModel::Input end;
      end.kind = LeaseModel::Input::Kind::end_lease;
      end.lease = key;
      history.push_back({end, std::nullopt, lease.may_end, INT64_MAX});
    }
  }

  const Recording& recording_;
  std::vector<StoredLease> stored_;
  bool queues_;
  std::map<std::int64_t, Lease> leases_;
  std::map<std::string, std::vector<LeaseOp>> histories_;
};

/// Of those that the session was granted the newest, or now and then any that there may be.
std::int64_t some_lease(std::mt19937& random, int session, const std::vector<RecordedCall>& so_far) {
  std::int64_t newest = 1;
  std::int64_t own = 0;
  for (const RecordedCall& call : so_far) {
    if (call.tool != "request_write" || !call.answer) continue;
    const LeaseModel::Output output = lease_output(call);
    for (const std::int64_t holder : output.holders) newest = std::max(newest, holder);
    newest = std::max(newest, output.lease);
    if (output.granted && call.session == session) own = output.lease;
  }
  if (own != 0 && random() % 4 != 0) return own;
  return std::max<std::int64_t>(1, newest - static_cast<std::int64_t>(random() % 6));
}

TEST_CASE("what clients see of leases is one thing after the other, whoever is killed") {
  const std::uint32_t seed = chosen_seed();
  const bool queues = GENERATE(false, true);
  Sandbox sandbox({.io_threads = queues ? 4 : 1});
  const auto any_call = [&](std::mt19937& random, int session,
                            const std::vector<RecordedCall>& so_far) -> std::pair<std::string, json::object> {
    const auto file = static_cast<std::uint32_t>(random() % kObjects);
    const auto ttl = 1 + random() % 2;
    switch (random() % 8) {
      case 0:
      case 1:
      case 2: {
        json::array paths{path_of(sandbox, file)};
        if (random() % 6 == 0) paths.emplace_back(path_of(sandbox, (file + 1) % kObjects));
        json::object request{{"paths", std::move(paths)}, {"ttl_seconds", ttl}};
        if (random() % 3 == 0) request["mode"] = "shared";
        if (queues && random() % 4 == 0) request["wait_seconds"] = 1;
        return {"request_write", std::move(request)};
      }
      case 3:
      case 4:
      case 5: return {"release_write", {{"lease", some_lease(random, session, so_far)}}};
      case 6: return {"renew_write", {{"lease", some_lease(random, session, so_far)}, {"ttl_seconds", ttl}}};
      default: return {"check_write", {{"path", path_of(sandbox, file)}}};
    }
  };
  const Recording recording = record(sandbox, seed, any_call);
  REQUIRE(sandbox.end_daemon());
  const auto histories = LeaseHistories(recording, stored_leases(sandbox), queues).make();
  CHECK(histories.size() == kObjects);
  check_each<LeaseModel>(histories);
}

}  // namespace
}  // namespace governor::test
