#include "ctl/failure.hpp"

#include <boost/json.hpp>

#include "ctl/exit_code.hpp"
#include "ctl/printable.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

int report_failure(const Context& context, const ipc::Error& error, std::string_view next_step) {
  std::string message = printable(error.message);
  if (!next_step.empty()) message += "; " + std::string(next_step);
  if (context.json) {
    const boost::json::value body = {{"error", {{"code", ipc::code_name(error.code)}, {"message", message}}}};
    context.out << ipc::plain_json(body) << '\n';
  } else {
    context.err << "governorctl: " << message << '\n';
  }
  return static_cast<int>(error.code == ipc::Errc::no_daemon ? ExitCode::not_running : ExitCode::failed);
}

}  // namespace governor::ctl
