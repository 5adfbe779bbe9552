#include "daemon/tools/coordination/file_json.hpp"

#include <fmt/format.h>

#include "core/time_text.hpp"
#include "daemon/support/timestamp.hpp"

namespace governor::daemon {
namespace {

std::string who(const core::FileVersion& version) {
  const std::string client =
      fmt::format("client {}, pid {}", version.client.empty() ? "(unnamed)" : version.client, version.pid);
  return version.agent_id.empty() ? client : fmt::format("agent \"{}\" ({})", version.agent_id, client);
}

/// Who wrote what is there now, as far as that is known.
std::string origin(const WriteReport& report, const core::FileVersion* newest) {
  if (newest != nullptr && newest->state.sha256 == report.before.sha256) {
    if (newest->kind == core::FileVersionKind::seen || newest->kind == core::FileVersionKind::unasked)
      return fmt::format("by something else than governor, found at {}",
                         core::utc_text(newest->timestamp_us));
    return fmt::format("written by {} at {}", who(*newest), core::utc_text(newest->timestamp_us));
  }
  if (!report.before.exists()) return "removed by something else than governor";
  return fmt::format("written by something else than governor at {}", core::utc_text(report.modified_us));
}

}  // namespace

void write_version(JsonWriter& json, const core::FileVersion& version) {
  json.field("backup", version.key).field("time", iso_timestamp(version.timestamp_us));
  json.field("kind", core::to_string(version.kind)).field("exists", version.state.exists());
  if (version.state.exists()) {
    json.field("sha256", version.state.sha256)
        .field("bytes", version.state.bytes)
        .field("lines", version.state.lines);
  }
  if (!version.agent_id.empty()) json.field("agent_id", version.agent_id);
  if (version.session != 0) json.field("client", version.client).field("pid", version.pid);
  if (version.lease != 0) json.field("lease", version.lease);
  if (!version.note.empty()) json.field("note", version.note);
}

std::string written_json(const WriteReport& report, const core::FileWriteOutcome& outcome,
                         std::int64_t now_us, const core::FileVersion* restored) {
  std::string text;
  JsonWriter json(text);
  const bool changed = report.before.sha256 != report.after.sha256;
  json.begin_object().field("path", outcome.version.path).field("backup", outcome.version.key);
  json.field("changed", changed).field("exists", report.after.exists());
  json.field("created", changed && !report.before.exists());
  if (report.after.exists()) {
    json.field("sha256", report.after.sha256)
        .field("bytes", report.after.bytes)
        .field("lines", report.after.lines);
  }
  if (report.before.exists() && changed) json.field("previous_sha256", report.before.sha256);
  if (report.found_written) json.field("found_written", true);
  if (report.links > 0 && changed) json.field("other_names", report.links);
  if (!report.remarks.empty()) {
    json.key("remarks").begin_array();
    for (const std::string& remark : report.remarks) json.value(remark);
    json.end_array();
  }
  if (outcome.loop) json.field("loop", outcome.loop_message);
  if (restored != nullptr) json.field("restored", restored->key);
  json.field("time", iso_timestamp(restored != nullptr ? restored->timestamp_us : now_us)).end_object();
  return text;
}

core::Error stale_error(const std::string& path, const std::string& expected_sha256,
                        const WriteReport& report, const core::FileVersion* newest) {
  const std::string now = report.before.exists() ? fmt::format("It has {} bytes with sha256 {}",
                                                               report.before.bytes, report.before.sha256)
                                                 : std::string("There is no such file");
  std::string what = fmt::format("{} is not what you read.", path);
  std::string hint =
      "Read the file again, work your change into what is there now, and send it with its sha256.";
  if (expected_sha256.empty()) {
    what = fmt::format("{} exists already.", path);
    hint = "Read it first; expected_sha256 says that you have. It is left out for new files only.";
  }
  core::Error error(core::ErrorCode::conflict, fmt::format("{} {}, {}.", what, now, origin(report, newest)),
                    std::move(hint));
  error.field = "expected_sha256";
  error.given = expected_sha256.empty() ? "(no file)" : expected_sha256;
  error.expected = report.before.exists() ? report.before.sha256 : "(no file)";
  return error;
}

}  // namespace governor::daemon
