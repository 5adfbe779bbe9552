#include <boost/json.hpp>
#include <vector>

#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {
namespace {

const std::vector<const daemon::Operation*>& operations() {
  static const auto all = [] {
    std::vector<const daemon::Operation*> found;
    for (const daemon::GovernorRequest& request : daemon::governor_requests()) found.push_back(&request);
    for (const daemon::Tool& tool : daemon::all_tools()) found.push_back(&tool);
    return found;
  }();
  return all;
}

std::string no_random_token(std::size_t bytes) {
  return std::string(bytes * 2, 'a');
}

}  // namespace

/// The arguments, given to each of the operations: what one refuses another takes.
void tool_arguments(std::string_view input) {
  static const daemon::ServerFacts facts;
  static const daemon::Counters counters;
  boost::system::error_code failure;
  const boost::json::value given = boost::json::parse(input, failure);
  if (failure || !given.is_object()) return;
  const daemon::ToolEnvironment environment{facts, counters, no_random_token};
  for (const daemon::Operation* operation : operations()) {
    if (operation->read == nullptr) continue;
    const auto call = operation->parse(given.get_object(), environment);
    expect(call || !call.error().message.empty(), "what is refused is told why");
  }
}

}  // namespace governor::fuzz
