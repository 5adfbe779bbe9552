#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/deployments/deployment_text.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kLogsPatience{30};
constexpr std::chrono::milliseconds kLogsLook{500};

struct LogsRequest {
  std::string id;
  std::int64_t bytes = 16 * 1024;
  std::string filter;
  bool follow = false;
};

/// Shows the end of the output and, if asked to, what comes after it until the deployment is over. A daemon
/// that goes away is waited for: the output is still there.
class LogReader {
 public:
  LogReader(const Context& context, const LogsRequest& request) : context_(context), request_(request) {}

  int run() {
    auto shown = show({{"limit", request_.bytes}});
    if (!shown) return report_failure(context_, shown.error());
    if (!request_.follow) return finish();
    for (;;) {
      const bool was_over = is_over_;
      if (!look_on()) client_.reset();
      context_.out.flush();
      // What was said before the end is read once more after it is known.
      if (was_over || !context_.out) return finish();
      static_cast<void>(ipc::pause_until(ipc::Deadline::after(kLogsLook)));
    }
  }

 private:
  bool look_on() {
    if (!is_over_ && !ask_whether_over()) return false;
    for (;;) {
      const auto more = show({{"offset", next_}});
      if (!more) return false;
      if (*more == 0) return true;
    }
  }

  bool ask_whether_over() {
    const auto result = call("get_deployment", {{"history", 0}});
    if (!result) return false;
    is_over_ = has_ended(object_field(*result, "deployment"));
    return true;
  }

  /// Returns how many bytes of the output were looked through.
  ipc::Result<std::int64_t> show(json::object arguments) {
    if (!request_.filter.empty()) arguments["filter"] = request_.filter;
    const auto piece = call("get_deployment_output", std::move(arguments));
    if (!piece) return piece.error();
    if (context_.json) {
      context_.out << ipc::plain_json(*piece) << '\n';
    } else {
      write(text_of(*piece));
    }
    const std::int64_t before = next_;
    next_ = std::max(next_, count_field(*piece, "next_offset"));
    return next_ - before;
  }

  static std::string text_of(const json::object& piece) {
    const json::value* text = piece.if_contains("text");
    return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
  }

  /// A line comes in pieces at times, so only whole ones are shown.
  void write(const std::string& text) {
    unfinished_ += text;
    const std::size_t end = unfinished_.rfind('\n');
    if (end == std::string::npos) return;
    write_text_lines(context_, std::string_view(unfinished_).substr(0, end + 1));
    unfinished_.erase(0, end + 1);
  }

  int finish() {
    if (!unfinished_.empty()) context_.out << printable(unfinished_) << '\n';
    return static_cast<int>(ExitCode::done);
  }

  ipc::Result<json::object> call(std::string_view tool, json::object arguments) {
    const auto deadline = ipc::Deadline::after(kLogsPatience);
    if (!client_) {
      auto client = connect_to_daemon(context_, deadline);
      if (!client) return client.error();
      client_.emplace(*std::move(client));
    }
    arguments["deployment_id"] = request_.id;
    return call_tool(*client_, tool, std::move(arguments), deadline);
  }

  const Context& context_;
  const LogsRequest& request_;
  std::optional<ipc::Client> client_;
  std::int64_t next_ = 0;
  bool is_over_ = false;
  std::string unfinished_;
};

}  // namespace

void add_logs(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("logs", "What a headless agent has written");
  const auto request = std::make_shared<LogsRequest>();
  command->add_option("ID", request->id, "The deployment, as `governorctl deployments` names it")->required();
  command->add_option("--bytes", request->bytes, "How much of its end")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{256} * 1024))
      ->capture_default_str();
  command->add_option("--filter", request->filter, "Only lines that contain this");
  command->add_flag("-f,--follow", request->follow, "Keep printing what it writes until it is over");
  command->callback([&action, request] {
    action = [request](const Context& context) { return LogReader(context, *request).run(); };
  });
}

}  // namespace governor::ctl
