#include "gateway/lifecycle/options.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "ipc/build_info.hpp"
#include "ipc/gateway_settings.hpp"

namespace governor::gateway {

namespace json = boost::json;

std::string refuse_address(const std::string& address) {
  if (address == "127.0.0.1" || address == "::1" || address == "localhost") return {};
  return "the gateway listens on this machine only (127.0.0.1 and ::1), not on " + address +
         ", since it has no TLS; from elsewhere use a tunnel: ssh -L PORT:127.0.0.1:PORT THIS_MACHINE";
}

std::variant<Options, ExitNow> read_options(int argc, const char* const* argv) {
  Options options;
  CLI::App app(
      "governor-gateway: the dashboard, MCP over HTTP and figures of the governor daemon of this user",
      "governor-gateway");
  app.set_version_flag("--version", "governor-gateway " + std::string(ipc::build_id()));
  app.add_flag("--foreground", options.foreground, "Log to standard error instead of gateway.log");
  app.add_option("--startup-fd", options.startup_fd, "Descriptor on which to report the start");
  auto* port =
      app.add_option("--port", options.port,
                     "Port on 127.0.0.1 and ::1; 0: a free one. Without, that of the configuration, else "
                     "the one it had last")
          ->check(CLI::Range(0, 65535));
  app.add_option("--socket", options.socket, "Listen on this Unix socket instead")->excludes(port);
  std::string address;
  app.add_option("--listen", address, "Only 127.0.0.1, ::1 and localhost, which are the default")
      ->check(CLI::Validator([](const std::string& given) { return refuse_address(given); }, ""));
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn, error, critical or off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "critical", "off"}));
  app.footer("`governorctl dashboard` starts it and opens the page.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    return ExitNow{code == 0 ? 0 : 2, out.str() + err.str(), options.startup_fd};
  }
  return options;
}

Configured read_configuration(const std::string& config_file) {
  std::ifstream file(config_file, std::ios::binary);
  if (!file) return {};
  std::stringstream text;
  text << file.rdbuf();
  json::parse_options rules;
  rules.allow_comments = true;
  rules.allow_trailing_commas = true;
  boost::system::error_code failure;
  const json::value document = json::parse(text.str(), failure, {}, rules);
  if (failure || !document.is_object()) return {.wrong = config_file + " is no JSON object"};
  Configured configured;
  const json::value* sandbox = document.get_object().if_contains("sandbox");
  configured.sandbox = sandbox == nullptr || *sandbox != json::value(false);
  const json::value* own = document.get_object().if_contains("gateway");
  if (own == nullptr) return configured;
  ipc::GatewaySettings settings;
  if (const auto wrong = ipc::set_gateway(*own, settings)) {
    configured.wrong = config_file + ": gateway " + *wrong;
  } else {
    configured.port = settings.port;
  }
  return configured;
}

}  // namespace governor::gateway
