#include "gateway/lifecycle/run_gateway.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/sinks/dup_filter_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/http/http_server.hpp"
#include "gateway/lifecycle/confine_gateway.hpp"
#include "gateway/lifecycle/daemon_starter.hpp"
#include "gateway/lifecycle/gateway.hpp"
#include "gateway/lifecycle/listening_sockets.hpp"
#include "ipc/build_info.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/gateway_record.hpp"
#include "ipc/paths.hpp"
#include "ipc/replace_file.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kLockPatience{2};
/// As of the daemon: trying again does not help.
constexpr int kExitAlreadyRunning = 3;

void set_up_logging(const Options& options, const std::string& file) {
  constexpr std::size_t kFileBytes = 5 * 1024 * 1024;
  constexpr std::size_t kOlderFiles = 2;
  spdlog::sink_ptr target;
  if (options.foreground) {
    target = std::make_shared<spdlog::sinks::stderr_color_sink_st>();
  } else {
    target = std::make_shared<spdlog::sinks::rotating_file_sink_st>(file, kFileBytes, kOlderFiles);
  }
  auto logger = std::make_shared<spdlog::logger>("governor-gateway", std::move(target));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(options.log_level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

std::uint16_t remembered_port(const std::string& file) {
  std::ifstream in(file);
  unsigned port = 0;
  in >> port;
  return in && port > 0 && port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
}

/// What was asked for is had or refused; what was only remembered gives way to another port.
ipc::Result<Listening> begin_to_listen(const Options& options, const ipc::Paths& paths) {
  if (!options.socket.empty()) return listen_on_socket(options.socket);
  int port = options.port;
  if (port < 0) {
    const Configured configured = read_configuration(paths.config_file);
    if (!configured.wrong.empty()) return ipc::Error{ipc::Errc::invalid_path, 0, configured.wrong};
    port = configured.port;
  }
  if (port > 0) return listen_on_loopback(static_cast<std::uint16_t>(port));
  const std::string memory = paths.state_dir + "/gateway.port";
  const std::uint16_t before = port < 0 ? remembered_port(memory) : std::uint16_t{0};
  auto listening = listen_on_loopback(before);
  if (!listening && before != 0) listening = listen_on_loopback(0);
  if (listening) {
    const auto written = ipc::replace_file(memory, std::to_string(listening->place.port) + "\n");
    if (!written) spdlog::warn("the port is not remembered: {}", written.error().message);
  }
  return listening;
}

ipc::Result<GatewaySecrets> make_secrets(const ipc::Paths& paths) {
  auto token = keep_secret(paths.state_dir + "/gateway.token");
  if (!token) return token.error();
  auto login = OneTimeSecret::make(ipc::gateway_login_file(paths));
  if (!login) return login.error();
  return GatewaySecrets{std::move(*login), std::move(*token),
                        KeptBrowsers(ipc::gateway_browsers_file(paths))};
}

ipc::Result<void> make_directories(const ipc::Paths& paths) {
  if (auto made = ipc::ensure_runtime_directories(paths); !made) return made;
  return ipc::ensure_private_directory(paths.state_dir);
}

/// Everything that must be there before anybody is served.
struct Prepared {
  ipc::FileLock lock;
  Listening listening;
  GatewaySecrets secrets;
};

ipc::Result<Prepared> prepare(const Options& options, const ipc::Paths& paths) {
  auto lock = ipc::FileLock::acquire(ipc::gateway_lock_file(paths), ipc::Deadline::after(kLockPatience));
  if (!lock) {
    if (lock.error().code != ipc::Errc::deadline_exceeded) return lock.error();
    return ipc::Error{
        ipc::Errc::lock_lost, 0,
        "a gateway runs already for " + paths.runtime_dir + ": open it with governorctl dashboard"};
  }
  auto listening = begin_to_listen(options, paths);
  if (!listening) return listening.error();
  auto secrets = make_secrets(paths);
  if (!secrets) return secrets.error();
  return Prepared{std::move(*lock), std::move(*listening), std::move(*secrets)};
}

/// From here on the process starts nothing and writes nowhere else.
void confine(const Options& options, const ipc::Paths& paths, DaemonStarter starter) {
  if (!read_configuration(paths.config_file).sandbox) return;
  const auto shared = std::make_shared<DaemonStarter>(std::move(starter));
  ipc::start_elsewhere([shared](ipc::StartRequest request) { return shared->ask(request); });
  static_cast<void>(confine_gateway(paths, options.socket));
}

/// SIGUSR1, which governorctl sends, logs out every browser.
class LogoutSignal {
 public:
  LogoutSignal(asio::io_context& context, Gateway& gateway) : signals_(context, SIGUSR1), gateway_(gateway) {
    wait();
  }
  void close() { signals_.cancel(); }

 private:
  void wait() {
    signals_.async_wait([this](boost::system::error_code stopped, int) {
      if (stopped) return;
      gateway_.log_out_all();
      wait();
    });
  }

  asio::signal_set signals_;
  Gateway& gateway_;
};

void serve(Prepared prepared, const ipc::Paths& paths, const Options& options) {
  asio::io_context context(1);
  DaemonPlace daemon{paths, {}};
  daemon.start.environment = ipc::process_environment();
  const Place place = prepared.listening.place;
  Gateway gateway(context, place, std::move(prepared.secrets), daemon);
  HttpServer server(context, gateway);
  for (ipc::UniqueFd& socket : prepared.listening.sockets) server.listen(std::move(socket));
  LogoutSignal logout(context, gateway);
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int number) {
    spdlog::info("signal {}: the gateway ends", number);
    logout.close();
    server.close();
    gateway.close();
  });
  const ipc::GatewayRecord record{::getpid(), place.port, place.socket_path};
  if (const auto written = ipc::write_gateway_record(paths, record); !written)
    spdlog::error("{}", written.error().message);
  spdlog::info("governor-gateway {} serves at {}, pid {}", ipc::build_id(),
               place.port == 0 ? place.socket_path : place.url(), ::getpid());
  if (options.foreground && place.port != 0)
    fmt::print(stderr, "{}; governorctl dashboard opens it\n", place.url());
  ipc::report_ready(options.startup_fd);
  context.run();
  ipc::remove_gateway_record(paths);
  if (!place.socket_path.empty()) ::unlink(place.socket_path.c_str());
}

int fail(const Options& options, const ipc::Error& error) {
  fmt::print(stderr, "governor-gateway: {}\n", error.message);
  if (error.code == ipc::Errc::lock_lost) {
    ipc::report_already_running(options.startup_fd);
    return kExitAlreadyRunning;
  }
  ipc::report_failed(options.startup_fd, error.message);
  return 1;
}

}  // namespace

int run_gateway(const Options& options) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto paths = ipc::resolve_paths(ipc::process_environment());
  if (!paths) return fail(options, paths.error());
  if (const auto made = make_directories(*paths); !made) return fail(options, made.error());
  // While there is no thread and no descriptor that it could inherit.
  auto starter = DaemonStarter::begin(*paths, ipc::process_environment());
  if (!starter) return fail(options, starter.error());
  try {
    set_up_logging(options, paths->state_dir + "/gateway.log");
    auto prepared = prepare(options, *paths);
    if (!prepared) return fail(options, prepared.error());
    confine(options, *paths, std::move(*starter));
    serve(std::move(*prepared), *paths, options);
  } catch (const std::exception& failure) {
    return fail(options, ipc::Error{ipc::Errc::io_error, 0, failure.what()});
  }
  return 0;
}

}  // namespace governor::gateway
