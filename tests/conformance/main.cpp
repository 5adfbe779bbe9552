#include <utility>
#include <vector>

#include "daemon/lifecycle/governord.hpp"
#include "daemon/mcp/extension.hpp"
#include "tests/conformance/fixtures.hpp"

using namespace governor;
using namespace governor::daemon;

namespace {

std::optional<Action> interpret(const ExtensionRequest& given) {
  for (const auto subject : {conformance::interpret_steps, conformance::interpret_question,
                             conformance::interpret_prompt, conformance::interpret_resource}) {
    if (auto action = subject(given)) return action;
  }
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Tool> tools = conformance::content_tools();
  for (auto& more : {conformance::asking_tools(), conformance::question_tools(), conformance::task_tools()})
    tools.insert(tools.end(), more.begin(), more.end());
  add_tools(std::move(tools));
  extend({conformance::prompt_entries(), conformance::resource_entries(), conformance::template_entries(),
          interpret, conformance::take_response});
  return governord(argc, argv);
}
