#include "ctl/application.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "ctl/command_line/commands.hpp"
#include "ctl/command_line/examples.hpp"
#include "ctl/command_line/suggestion.hpp"
#include "ctl/exit_code.hpp"

namespace governor::ctl {

namespace {

// CLI11 gives every mistake a number of its own; for us they are all one.
int report_mistake(const CLI::App& app, const CLI::ParseError& error, const Context& context) {
  const std::string leftover = explain_leftover(app);
  context.err << "governorctl: " << (leftover.empty() ? error.what() : leftover)
              << "\nTry: " << named_command(app) << " --help\n";
  return static_cast<int>(ExitCode::bad_usage);
}

}  // namespace

int run_application(int argc, const char* const* argv, Context context) {
  CLI::App app;
  std::string runtime_dir;
  Action action;
  const bool is_hook = argc > 1 && std::string_view(argv[1]) == "guard";
  (is_hook ? declare_hooks : declare_commands)(app, context, runtime_dir, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success))
      return report_mistake(app, error, context);
    add_examples(app);
    app.exit(error, context.out, context.err);
    return static_cast<int>(ExitCode::done);
  }
  if (!action) {
    add_examples(app);
    context.err << app.help();
    return static_cast<int>(ExitCode::bad_usage);
  }
  if (!runtime_dir.empty()) context.environment.set("GOVERNOR_RUNTIME_DIR", runtime_dir);
  return action(context);
}

}  // namespace governor::ctl
