#include "ctl/config/ide_text.hpp"

#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/ide_configuration.hpp"
#include "ctl/process_list.hpp"

namespace governor::ctl {

int write_ide_text(const Context& context) {
  const auto proxy = find_proxy(context.environment, own_executable());
  if (!proxy) return report_failure(context, proxy.error());
  if (!context.json) context.out << "Put this into the MCP configuration of the IDE:\n\n";
  context.out << ide_configuration(*proxy, context.json ? Layout::compact : Layout::indented) << '\n';
  return static_cast<int>(ExitCode::done);
}

}  // namespace governor::ctl
