#include <CLI/CLI.hpp>
#include <string>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/ide_configuration.hpp"
#include "ctl/process_list.hpp"

namespace governor::ctl {

namespace {

int run_config(const Context& context) {
  const auto proxy = find_proxy(context.environment, own_executable());
  if (!proxy) return report_failure(context, proxy.error());
  if (!context.json) context.out << "Put this into the MCP configuration of the IDE:\n\n";
  context.out << ide_configuration(*proxy, context.json ? Layout::compact : Layout::indented) << '\n';
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_config(CLI::App& app, Action& action) {
  app.add_subcommand("config", "The text for an IDE's MCP configuration")->callback([&action] {
    action = run_config;
  });
}

}  // namespace governor::ctl
