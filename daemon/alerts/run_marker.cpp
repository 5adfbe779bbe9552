#include "daemon/alerts/run_marker.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstring>
#include <fstream>
#include <sstream>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "ipc/replace_file.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

std::string marker_path(const std::string& state_directory) {
  return state_directory + "/running.json";
}

std::int64_t marker_modified_us(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_mtime) * 1'000'000 : 0;
}

std::int64_t integer(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  const auto* number = found != nullptr ? found->if_int64() : nullptr;
  return number != nullptr ? *number : 0;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

}  // namespace

std::string UncleanRun::describe() const {
  std::string text = "The previous daemon did not shut down cleanly";
  if (started_us > 0) text += fmt::format("; pid {}, started {}", pid, iso_timestamp(started_us));
  if (last_log_us > 0) text += fmt::format(", last wrote its log {}", iso_timestamp(last_log_us));
  text += machine_restarted ? ". The machine was restarted since." : ".";
  if (!stuck.empty()) text += fmt::format(" It ended itself because it hung: {}.", stuck);
  switch (confirmed) {
    case Confirmed::all_there:
      return text + (machine_restarted
                         ? " Everything is there that was known to be stored when that was last noted."
                         : " Nothing that was acknowledged is lost: the database is as far as it had come.");
    case Confirmed::some_lost:
      return text + " The database could not be used as it was: another alert says what is missing.";
    case Confirmed::not_checked: break;
  }
  return text + " Whether everything that was acknowledged is there could not be checked.";
}

std::optional<UncleanRun> RunMarker::find_unclean_run(const std::string& state_directory,
                                                      const std::string& log_file,
                                                      const std::string& boot_id) {
  std::ifstream file(marker_path(state_directory), std::ios::binary);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  UncleanRun run;
  run.last_log_us = log_file.empty() ? 0 : marker_modified_us(log_file);
  json::error_code error;
  const json::value parsed = json::parse(text.str(), error);
  if (error || !parsed.is_object()) return run;
  const json::object& marker = parsed.get_object();
  run.pid = integer(marker, "pid");
  run.started_us = integer(marker, "started_us");
  if (const json::value* stuck = marker.if_contains("stuck"); stuck != nullptr && stuck->is_string()) {
    run.stuck = std::string(stuck->get_string());
    run.stuck_in_a_row = integer(marker, "stuck_in_a_row");
  }
  const json::value* boot = marker.if_contains("boot_id");
  run.machine_restarted =
      boot != nullptr && boot->is_string() && !boot_id.empty() && boot->get_string() != boot_id;
  // The log may be that of an older run, when this one wrote none.
  if (run.last_log_us < run.started_us) run.last_log_us = 0;
  return run;
}

RunMarker::RunMarker(const std::string& state_directory, std::int64_t pid, std::int64_t now_us,
                     const std::string& boot_id)
    : path_(marker_path(state_directory)),
      pid_(pid),
      started_us_(now_us),
      boot_id_(boot_id),
      before_(read_text(path_)) {
  write({}, 0);
}

void RunMarker::note_stuck(const std::string& why, std::int64_t in_a_row) const {
  write(why, in_a_row);
}

void RunMarker::write(const std::string& stuck, std::int64_t in_a_row) const {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("pid", pid_).field("started_us", started_us_).field("boot_id", boot_id_);
  if (!stuck.empty()) out.field("stuck", stuck).field("stuck_in_a_row", in_a_row);
  out.end_object();
  if (const auto written = ipc::replace_file(path_, text + "\n"); !written) {
    spdlog::warn("{} cannot be written ({}): a crash of this run will not be noticed", path_,
                 std::strerror(written.error().system_errno));
  }
}

void RunMarker::withdraw() {
  if (before_.empty()) {
    in_order_ = true;
  } else {
    (void)ipc::replace_file(path_, before_);
  }
}

RunMarker::~RunMarker() {
  if (in_order_) ::unlink(path_.c_str());
}

}  // namespace governor::daemon
