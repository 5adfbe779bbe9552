#include <boost/json.hpp>

#include "ctl/guard/hook_call.hpp"
#include "ctl/guard/hook_evidence.hpp"
#include "ipc/plain_json.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {

void hook_input(std::string_view input) {
  const ctl::HookCall call = ctl::read_hook_call(input);
  for (const boost::json::value& event : ctl::evidence_of(call)) {
    boost::system::error_code failure;
    const boost::json::value sent = boost::json::parse(ipc::plain_json(event), failure);
    expect(!failure && sent.is_object(), "what goes to the daemon is JSON");
  }
}

}  // namespace governor::fuzz
