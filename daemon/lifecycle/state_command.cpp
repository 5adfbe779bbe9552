#include "daemon/lifecycle/state_command.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/lifecycle/daemon_presence.hpp"
#include "daemon/store/backup.hpp"
#include "daemon/store/open_store.hpp"
#include "daemon/store/recovery.hpp"
#include "daemon/store/verify_database.hpp"
#include "daemon/support/json_writer.hpp"
#include "ipc/environment.hpp"
#include "ipc/paths.hpp"

namespace governor::daemon {
namespace {

int answer(const std::string& json, bool ok) {
  fmt::print("{}\n", json);
  return ok ? 0 : 1;
}

int refuse(std::string_view code, const std::string& message) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("error").begin_object().field("code", code).field("message", message);
  out.end_object().end_object();
  return answer(text, false);
}

int verify(const std::string& path) {
  const DatabaseReport report = verify_database(path);
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("ok", report.problems.empty()).field("file", path).field("bytes", report.bytes);
  out.field("schema", std::uint64_t{report.schema}).field("updates", report.progress.history.entries);
  out.field("audit_entries", report.progress.audit.entries);
  out.field("evidence", report.progress.evidence.entries).key("problems").begin_array();
  for (const std::string& problem : report.problems) out.value(problem);
  out.end_array().end_object();
  return answer(text, report.problems.empty());
}

int back_up(const ipc::Paths& paths, const std::string& file) {
  const std::atomic<bool> goes_on{false};
  const auto taken = back_up_to(database_path(paths.state_dir), file, goes_on);
  if (!taken) return refuse("failed", taken.error().message + " " + taken.error().hint);
  return verify(file);
}

int bring_back(const ipc::Paths& paths, const std::string& file) {
  if (std::error_code error; !std::filesystem::is_regular_file(file, error))
    return refuse("not_found", file + " is no file");
  const auto presence = DaemonPresence::claim(paths);
  if (!presence) return refuse("failed", presence.error().message);
  if (!*presence) return refuse("conflict", "a daemon uses the state directory " + paths.state_dir);
  const std::string database = database_path(paths.state_dir);
  const std::string progress = progress_path(paths.state_dir);
  finish_recovery(database, progress);
  const std::string said = restore(database, progress, file, kMigrations);
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("ok", true).field("file", file).field("database", database);
  out.field("detail", said).end_object();
  return answer(text, true);
}

}  // namespace

int run_state_command(int argc, const char* const* argv) {
  ::umask(077);
  const std::string_view verb = argc > 2 ? argv[2] : "";
  const std::string file = argc > 3 ? argv[3] : "";
  const auto paths = ipc::resolve_paths(ipc::process_environment());
  if (!paths) return refuse("failed", paths.error().message);
  try {
    if (verb == "verify") return verify(file.empty() ? database_path(paths->state_dir) : file);
    if (verb == "backup" && !file.empty()) return back_up(*paths, file);
    if (verb == "restore" && !file.empty()) return bring_back(*paths, file);
  } catch (const std::exception& failure) {  // SQLite::Exception and filesystem_error alike
    return refuse("failed", failure.what());
  }
  return refuse("invalid_argument", "expected: governord state verify [FILE], backup FILE or restore FILE");
}

}  // namespace governor::daemon
