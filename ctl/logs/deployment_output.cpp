#include "ctl/logs/deployment_output.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

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

constexpr std::chrono::seconds kOutputPatience{30};
constexpr std::chrono::milliseconds kOutputLook{500};

/// Shows the end of the output and, if asked to, what comes after it until the deployment is over. A daemon
/// that goes away is waited for: the output is still there.
class OutputReader {
 public:
  OutputReader(const Context& context, const OutputRequest& request) : context_(context), request_(request) {}

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
      static_cast<void>(ipc::pause_until(ipc::Deadline::after(kOutputLook)));
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
    const auto deadline = ipc::Deadline::after(kOutputPatience);
    if (!client_) {
      auto client = connect_to_daemon(context_, deadline);
      if (!client) return client.error();
      client_.emplace(*std::move(client));
    }
    arguments["deployment_id"] = request_.id;
    return call_tool(*client_, tool, std::move(arguments), deadline);
  }

  const Context& context_;
  const OutputRequest& request_;
  std::optional<ipc::Client> client_;
  std::int64_t next_ = 0;
  bool is_over_ = false;
  std::string unfinished_;
};

}  // namespace

int show_deployment_output(const Context& context, const OutputRequest& request) {
  return OutputReader(context, request).run();
}

}  // namespace governor::ctl
