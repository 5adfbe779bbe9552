#include "ctl/shared/order.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <utility>

#include "ctl/json_fields.hpp"
#include "ctl/progress.hpp"
#include "ctl/refusal.hpp"
#include "ctl/state/state_program.hpp"

namespace governor::ctl {

namespace json = boost::json;

namespace {

/// Longer than governord waits itself.
constexpr std::chrono::seconds kOrderPatience{60};

}  // namespace

void add_on(CLI::App* command, std::string& on) {
  command->add_option("--on", on, "The machine, as `governorctl shared agents` names it; default: this one")
      ->type_name("HOST");
}

ipc::Result<json::object> give_order(const Context& context, const std::string& on,
                                     std::string_view operation, const json::object& arguments) {
  const Progress progress(context.err, context.err_on_terminal, "waiting for " + on);
  auto answer =
      run_governord(context, {"shared", "order", "", on, std::string(operation), json::serialize(arguments)},
                    ipc::Deadline::after(kOrderPatience));
  if (!answer) return answer;
  if (const json::object& refusal = object_field(*answer, "refusal"); !refusal.empty())
    return ipc::Error{ipc::Errc::remote_error, 0, on + ": " + refusal_text(refusal)};
  if (!answer->contains("result") || !answer->at("result").is_object())
    return ipc::Error{ipc::Errc::protocol_error, 0, on + " answered with something that is no result"};
  return std::move(answer->at("result").get_object());
}

}  // namespace governor::ctl
