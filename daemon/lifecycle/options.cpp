#include "daemon/lifecycle/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "daemon/lifecycle/config_file.hpp"
#include "daemon/lifecycle/settings.hpp"
#include "ipc/build_info.hpp"
#include "ipc/environment.hpp"
#include "ipc/paths.hpp"

namespace governor::daemon {
namespace {

template <class Value>
CLI::Option* declare(CLI::App& app, const Setting& setting, Value& place) {
  std::string name = "--" + std::string(setting.key);
  std::replace(name.begin(), name.end(), '_', '-');
  CLI::Option* option = app.add_option(name, place, std::string(setting.description));
  if (setting.fallback.empty()) option->capture_default_str();
  return option;
}

void declare(CLI::App& app, const Setting& setting, const Setting::Integer& integer, Options& options) {
  declare(app, setting, options.*integer.place)->check(CLI::Range(integer.lowest, integer.highest));
}

void declare(CLI::App& app, const Setting& setting, const Setting::Flag& flag, Options& options) {
  declare(app, setting, options.*flag.place);
}

void declare(CLI::App& app, const Setting& setting, const Setting::Choice& choice, Options& options) {
  declare(app, setting, options.*choice.place)
      ->check(CLI::IsMember(std::vector<std::string>(choice.words.begin(), choice.words.end())));
}

/// What is more than one value is in the file only.
void declare(CLI::App&, const Setting&, Setting::Set, Options&) {}

void declare(CLI::App& app, Options& options) {
  app.add_flag("--foreground", options.foreground, "Log to standard error instead of the log file");
  app.add_flag("--check", options.check, "Check options and configuration file, start nothing");
  app.add_option("--startup-fd", options.startup_fd,
                 "Descriptor on which to report the start (used by the proxy)");
  app.add_option("--runtime-dir", options.runtime_dir, "Directory of the socket and the locks");
  app.add_option("--state-dir", options.state_dir, "Directory of the database, backups and log");
  app.add_option("--config", options.config, "Configuration file");
  for (const Setting& setting : settings())
    std::visit([&](const auto& kind) { declare(app, setting, kind, options); }, setting.kind);
}

/// The configuration file in force: the one named, else the default one.
std::string config_path(const Options& options) {
  if (!options.config.empty()) return options.config;
  const auto paths = ipc::resolve_paths(ipc::process_environment());
  return paths ? paths->config_file : std::string();
}

}  // namespace

std::variant<Options, ExitNow> read_options(int argc, const char* const* argv) {
  const auto parse = [&](Options& options) -> std::optional<ExitNow> {
    CLI::App app("governord: one daemon per user that governs and coordinates AI coding agents", "governord");
    app.set_version_flag("--version", "governord " + std::string(ipc::build_id()));
    declare(app, options);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream err;
      const int code = app.exit(error, out, err);
      return ExitNow{code == 0 ? 0 : 2, out.str() + err.str()};
    }
    return std::nullopt;
  };

  Options from_command_line;
  if (auto exit = parse(from_command_line)) return *std::move(exit);
  Options options;
  const std::string path = config_path(from_command_line);
  if (!path.empty()) {
    if (auto wrong = apply_config_file(path, options)) {
      return ExitNow{2, *wrong + "\n", from_command_line.startup_fd};
    }
  }
  // Once more over the file's settings: what the command line names wins.
  if (auto exit = parse(options)) return *std::move(exit);
  return options;
}

}  // namespace governor::daemon
