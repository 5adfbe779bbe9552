#include "ctl/tool_command.hpp"

#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/progress.hpp"
#include "ctl/shared/order.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

using Call = ipc::Result<json::object> (*)(ipc::Client&, std::string_view, json::object, ipc::Deadline);

ipc::Result<json::object> call_here(const Context& context, ToolCommand command, Call call) {
  const auto deadline = ipc::Deadline::after(command.patience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return client.error();
  const Progress progress(context.err, context.err_on_terminal && !command.doing.empty(), command.doing);
  return call(*client, command.tool, std::move(command.arguments), deadline);
}

int run(const Context& context, ToolCommand command, Call call, const WriteResult& write,
        const JudgeResult& judge) {
  const auto result = command.on.empty() ? call_here(context, std::move(command), call)
                                         : give_order(context, command.on, command.tool, command.arguments);
  if (!result) return report_failure(context, result.error());
  if (context.json) {
    context.out << ipc::plain_json(*result) << '\n';
  } else {
    write(*result);
  }
  return judge ? judge(*result) : static_cast<int>(ExitCode::done);
}

}  // namespace

int run_tool(const Context& context, ToolCommand command, const WriteResult& write,
             const JudgeResult& judge) {
  return run(context, std::move(command), call_tool, write, judge);
}

int run_method(const Context& context, ToolCommand command, const WriteResult& write,
               const JudgeResult& judge) {
  return run(context, std::move(command), call_method, write, judge);
}

}  // namespace governor::ctl
