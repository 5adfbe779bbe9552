#include <fmt/format.h>

#include "daemon/tools/arguments.hpp"
#include "tests/conformance/fixed_answer.hpp"
#include "tests/conformance/fixtures.hpp"

namespace governor::conformance {
namespace {

using namespace daemon;

constexpr Parameter kComputeParameters[] = {integer("seconds", 0, 3600).required("how long it takes"),
                                            text("label", 256)};
constexpr Parameter kConfirmParameters[] = {text("filename", 256)};

/// Governor knows this for a question.
constexpr std::string_view kAsks = R"(printf "Do you want to proceed? (y/n) "; read answer; echo "$answer")";

ParsedCall parse_compute(Arguments& arguments, const ToolEnvironment& environment) {
  (void)arguments.text("label");
  const std::int64_t seconds = arguments.integer("seconds");
  return deploy_script("slow_compute", fmt::format("exec sleep {}", seconds), environment);
}

ParsedCall parse_failing(Arguments&, const ToolEnvironment& environment) {
  return deploy_script("failing_job", "exit 3", environment);
}

ParsedCall parse_confirm(Arguments& arguments, const ToolEnvironment& environment) {
  (void)arguments.text("filename");
  return deploy_script("confirm_delete", kAsks, environment);
}

ParsedCall parse_several(Arguments&, const ToolEnvironment& environment) {
  return deploy_script("multi_input", kAsks, environment);
}

Tool task_tool(std::string_view name, TaskUse tasks, Parameters parameters,
               ParsedCall (*read)(Arguments&, const ToolEnvironment&)) {
  Tool tool = fixture_tool(name, "A deployment", parameters, read);
  tool.effect = Effect::cumulative;
  tool.text = nullptr;
  tool.tasks = tasks;
  return tool;
}

}  // namespace

ParsedCall deploy_script(std::string_view agent_type, std::string_view script,
                         const ToolEnvironment& environment) {
  // The runner is the test's.
  return find_tool("deploy_headless_agent")
      ->parse({{"agent_type", agent_type}, {"prompt", script}, {"cwd", "/tmp"}, {"runner", "shell"}},
              environment);
}

std::vector<Tool> task_tools() {
  return {task_tool("slow_compute", TaskUse::offered, kComputeParameters, parse_compute),
          task_tool("failing_job", TaskUse::required, {}, parse_failing),
          task_tool("protocol_error_job", TaskUse::offered, {}, parse_failing),
          task_tool("confirm_delete", TaskUse::offered, kConfirmParameters, parse_confirm),
          task_tool("multi_input", TaskUse::offered, {}, parse_several)};
}

}  // namespace governor::conformance
