#include "ctl/state/state_program.hpp"

#include <utility>
#include <vector>

#include "ctl/guard/program_output.hpp"
#include "ctl/json_fields.hpp"
#include "ipc/spawn_daemon.hpp"

namespace governor::ctl {

namespace json = boost::json;

ipc::Result<json::object> run_on_state(const Context& context, std::string_view verb, const std::string& file,
                                       ipc::Deadline deadline) {
  std::vector<std::string> arguments{"state", std::string(verb)};
  if (!file.empty()) arguments.push_back(file);
  return run_governord(context, std::move(arguments), deadline);
}

ipc::Result<json::object> run_governord(const Context& context, std::vector<std::string> arguments,
                                        ipc::Deadline deadline) {
  const auto program = ipc::find_daemon_binary(context.environment);
  if (!program) return program.error();
  const std::string verb = arguments.at(1);
  arguments.insert(arguments.begin(), *program);
  const auto output = run_program(arguments, context.environment, deadline);
  if (!output) return output.error();
  constexpr int kEndedBySignal = 128;
  if (output->out.empty() && output->exit_code > kEndedBySignal) {
    return ipc::Error{ipc::Errc::io_error, 0,
                      *program + " ended before it was done (exit status " +
                          std::to_string(output->exit_code) +
                          "); nothing is half done: give the command again"};
  }
  boost::system::error_code wrong;
  json::value answer = json::parse(output->out, wrong);
  if (wrong || !answer.is_object()) {
    return ipc::Error{ipc::Errc::protocol_error, 0,
                      *program + " does not know how to " + verb +
                          " a database; install governord and governorctl of the same version"};
  }
  if (const json::object& error = object_field(answer.get_object(), "error"); !error.empty())
    return ipc::Error{ipc::Errc::remote_error, 0, text_field(error, "message")};
  return std::move(answer.get_object());
}

}  // namespace governor::ctl
