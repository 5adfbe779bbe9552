#include "ctl/logs/daemon_log.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/logs/log_file.hpp"
#include "ctl/logs/log_line.hpp"
#include "ipc/paths.hpp"
#include "ipc/plain_json.hpp"
#include "text/utf8.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kLogLook{250};

/// Which lines are wanted. A line without a level goes with the one before it.
class LineFilter {
 public:
  explicit LineFilter(const DaemonLogRequest& request)
      : least_(request.level.empty() ? 0 : severity_of(request.level)), filter_(request.filter) {}

  bool takes(const std::string& line) {
    const LogLine read = read_log_line(line);
    if (!read.level.empty()) is_severe_ = severity_of(read.level) >= least_;
    return is_severe_ && line.find(filter_) != std::string::npos;
  }

 private:
  int least_;
  std::string filter_;
  bool is_severe_ = true;
};

json::object log_line_json(const std::string& line) {
  const LogLine read = read_log_line(line);
  json::object entry;
  if (!read.time.empty()) entry = {{"time", read.time}, {"level", read.level}};
  entry["text"] = text::is_utf8(read.text) ? json::value(read.text) : json::value("(no text)");
  return entry;
}

void write_log_line(const Context& context, const std::string& line) {
  if (context.json) {
    context.out << ipc::plain_json(log_line_json(line)) << '\n';
  } else {
    context.out << shown_log_line(context, read_log_line(line)) << '\n';
  }
}

/// A daemon that somebody else keeps an eye on writes to where it was started.
bool logs_elsewhere(const Context& context) {
  const auto deadline = ipc::Deadline::after(std::chrono::seconds(2));
  auto client = connect_if_running(context, deadline);
  if (!client) return false;
  const auto status = call_method(*client, "governor/status", {}, deadline);
  return status && status->contains("log_file") && text_field(*status, "log_file") == "-";
}

/// The newest that are wanted: as many more are read as others come in between.
ipc::Result<std::vector<std::string>> newest_lines(LogFile& log, const DaemonLogRequest& request) {
  constexpr std::size_t kMostRead = 200'000;
  const bool takes_all = request.level.empty() && request.filter.empty();
  auto lines = log.newest(takes_all ? request.lines : kMostRead);
  if (!lines) return lines.error();
  LineFilter filter(request);
  std::erase_if(*lines, [&](const std::string& line) { return !filter.takes(line); });
  if (lines->size() > request.lines)
    lines->erase(lines->begin(), lines->end() - static_cast<std::ptrdiff_t>(request.lines));
  return lines;
}

int follow_log(const Context& context, LogFile& log, const DaemonLogRequest& request) {
  const auto end = request.seconds > 0 ? ipc::Deadline::after(std::chrono::seconds(request.seconds))
                                       : ipc::Deadline::at(ipc::Deadline::Clock::time_point::max());
  LineFilter filter(request);
  for (;;) {
    const auto lines = log.more();
    if (!lines) return report_failure(context, lines.error());
    for (const std::string& line : *lines)
      if (filter.takes(line)) write_log_line(context, line);
    context.out.flush();
    if (!context.out || end.expired()) return static_cast<int>(ExitCode::done);
    static_cast<void>(ipc::pause_until(end.capped(kLogLook)));
  }
}

}  // namespace

int show_daemon_log(const Context& context, const DaemonLogRequest& request) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return report_failure(context, paths.error());
  if (logs_elsewhere(context)) {
    return report_failure(
        context, ipc::Error{ipc::Errc::not_found, 0,
                            "the daemon that runs writes its log to where it was started, as a service "
                            "does; it is in the journal: journalctl --user -u governor"});
  }
  const std::string path = paths->state_dir + "/governor.log";
  LogFile log(path);
  const auto lines = newest_lines(log, request);
  const bool is_none = !lines && lines.error().code == ipc::Errc::not_found;
  if (is_none && !request.follow)
    return report_failure(
        context, ipc::Error{ipc::Errc::not_found, 0, "there is no log yet: no daemon has written " + path});
  if (!lines && !is_none) return report_failure(context, lines.error());
  if (context.json && !request.follow) {
    json::array entries;
    for (const std::string& line : *lines) entries.emplace_back(log_line_json(line));
    const json::object body{{"path", printable(path)}, {"lines", std::move(entries)}};
    context.out << ipc::plain_json(body) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  if (lines)
    for (const std::string& line : *lines) write_log_line(context, line);
  return request.follow ? follow_log(context, log, request) : static_cast<int>(ExitCode::done);
}

}  // namespace governor::ctl
