#include "ipc/connector.hpp"

#include <unistd.h>

#include <cerrno>

#include "ipc/daemon_address.hpp"
#include "ipc/spawn_daemon.hpp"
#include "ipc/start_elsewhere.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::ipc {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstBackoff{2};
constexpr milliseconds kLongestBackoff{50};
constexpr milliseconds kServicePatience{3000};

Error start_failed(std::string_view reason) {
  return Error{Errc::start_failed, 0, "governord did not start: " + std::string(reason)};
}

}  // namespace

Connector::Connector(Paths paths, StartOptions options, std::optional<FileLock> spawn_lock)
    : paths_(std::move(paths)), options_(std::move(options)), spawn_lock_(std::move(spawn_lock)) {}

Result<Connector::Step> Connector::advance() {
  auto attempt = try_connect_daemon(paths_);
  if (attempt && *attempt) return Step{std::move(**attempt), -1, {}};
  if (!attempt && attempt.error().code != Errc::no_daemon) {
    begin_anew();
    return attempt.error();
  }
  if (attempt) return retry_later();
  if (service_command_) return finish_service_command();
  if (startup_pipe_) return read_report();

  if (starting_elsewhere()) {
    if (Clock::now() < connect_until_) return retry_later();
    return ask_elsewhere();
  }
  if (!directories_checked_) {
    if (auto ensured = ensure_runtime_directories(paths_); !ensured) return ensured.error();
    directories_checked_ = true;
  }
  if (Clock::now() < connect_until_) return retry_later();
  if (spawn_lock_) return start();
  auto lock = FileLock::try_acquire(paths_.spawn_lock);
  if (!lock) {
    begin_anew();
    return lock.error();
  }
  if (!*lock) return retry_later();
  spawn_lock_ = std::move(*lock);
  // Between the attempt above and the lock someone may have started it.
  return advance();
}

Result<Connector::Step> Connector::start() {
  if (options_.use_service_manager && !service_tried_) {
    service_tried_ = true;
    if (auto service = installed_service(options_.environment)) {
      if (auto command = ServiceCommand::run(*service)) {
        service_command_.emplace(std::move(*command));
        give_up_at_ = Clock::now() + kServicePatience;
        return Step{UniqueFd(), service_command_->ended_fd(), give_up_at_};
      }
    }
  }
  auto pipe = spawn_installed_daemon(paths_, options_.environment, options_.arguments);
  if (!pipe) {
    begin_anew();
    return start_failed(pipe.error().message);
  }
  return await_report(std::move(*pipe));
}

Result<Connector::Step> Connector::ask_elsewhere() {
  spawn_lock_.reset();  // it is for who starts the daemon
  auto pipe = starting_elsewhere()(StartRequest::start);
  if (!pipe) return pipe.error();
  return await_report(std::move(*pipe));
}

Connector::Step Connector::await_report(UniqueFd pipe) {
  startup_pipe_ = std::move(pipe);
  startup_text_.clear();
  give_up_at_ = Clock::now() + options_.start_patience;
  return Step{UniqueFd(), startup_pipe_.get(), give_up_at_};
}

Result<Connector::Step> Connector::finish_service_command() {
  const bool ended = wait_readable(service_command_->ended_fd(), Deadline::at(Clock::now())).has_value();
  if (!ended && Clock::now() < give_up_at_)
    return Step{UniqueFd(), service_command_->ended_fd(), give_up_at_};
  const bool succeeded = ended && service_command_->succeeded();
  service_command_.reset();
  // A service that was started listens soon; one that was not is replaced by a daemon of our own.
  if (succeeded) connect_until_ = Clock::now() + kServicePatience;
  return retry_later();
}

Result<Connector::Step> Connector::read_report() {
  const bool readable = wait_readable(startup_pipe_.get(), Deadline::at(Clock::now())).has_value();
  if (!readable) {
    if (Clock::now() < give_up_at_) return Step{UniqueFd(), startup_pipe_.get(), give_up_at_};
    // It lives and may become ready at any time: nothing has failed.
    begin_anew();
    return Error{
        Errc::deadline_exceeded, 0,
        "governord was started and goes on starting, but is not ready yet: try again later; governor.log in "
        "the state directory says what it does"};
  }
  char buffer[1024];
  const auto got = ::read(startup_pipe_.get(), buffer, sizeof buffer);
  if (got < 0 && (errno == EINTR || errno == EAGAIN))
    return Step{UniqueFd(), startup_pipe_.get(), give_up_at_};
  if (got > 0) {
    startup_text_.append(buffer, static_cast<std::size_t>(got));
    if (startup_text_.find('\n') == std::string::npos)
      return Step{UniqueFd(), startup_pipe_.get(), give_up_at_};
  }
  startup_pipe_.reset();
  const StartupReport report = parse_startup_report(startup_text_);
  if (report.outcome == StartupOutcome::failed) {
    begin_anew();
    if (starting_elsewhere()) return Error{Errc::start_failed, 0, report.reason};
    return start_failed(report.reason);
  }
  if (report.outcome == StartupOutcome::ready) return advance();
  // The one that runs is about to listen, or on its way out: give it time before the next attempt.
  said_to_run_ = true;
  connect_until_ = Clock::now() + kLongestBackoff;
  return retry_later();
}

Connector::Step Connector::retry_later() {
  backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  return Step{UniqueFd(), -1, Clock::now() + backoff_};
}

void Connector::begin_anew() {
  spawn_lock_.reset();
  service_command_.reset();
  startup_pipe_.reset();
  directories_checked_ = false;
  service_tried_ = false;
  said_to_run_ = false;
  connect_until_ = {};
  backoff_ = milliseconds(0);
}

Error Connector::deadline_error() const {
  std::string_view what = "another process is starting it and has not finished: try again";
  if (startup_pipe_)
    what = "it is starting and not ready yet: try again, or see governor.log in the state directory";
  if (service_command_) what = "the service manager does not respond: see systemctl --user status";
  if (said_to_run_) {
    what = "it runs but does not listen: see governor.log in the state directory";
  }
  return Error{Errc::deadline_exceeded, 0, "no connection to governord: " + std::string(what)};
}

}  // namespace governor::ipc
