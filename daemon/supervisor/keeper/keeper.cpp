#include "daemon/supervisor/keeper/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "daemon/support/timestamp.hpp"

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace governor::daemon {
namespace {

constexpr std::chrono::milliseconds kEndLook{50};
/// A process that forks and exits while the others are listed is in no list; it cannot hide for long.
constexpr int kLooksForHidden = 3;
/// After the last process: the kernel passes on what it has written a moment later.
constexpr std::chrono::milliseconds kLastOutput{500};
constexpr std::size_t kMostTyped = 64 * 1024;

/// What loses its parent becomes a child of this process, instead of getting away.
void adopt_orphans() {
#ifdef __linux__
  ::prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
#endif
}

std::string parent_directory(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

Keeper::Keeper(KeeperFiles files, LaunchOrder order)
    : files_(std::move(files)),
      order_(std::move(order)),
      spared_(order_.daemon_lock, order_.tmux_socket, parent_directory(files_.directory)),
      log_(files_.directory, order_.output_limit) {}

int Keeper::run() {
  adopt_orphans();
  if (auto wrong = start()) {
    end_.how = EndRecord::How::not_started;
    end_.why = *std::move(wrong);
    return finish();
  }
  while (!all_gone_) {
    wait();
    on_signals();
    const auto now = Clock::now();
    if (!ending_ && KeeperSignals::is_asked_to_end()) begin_asked_end(now);
    if (paused_ && !ending_) hold_paused(now);
    if (!ending_ && !paused_ && deadline_ && now >= *deadline_)
      begin_end(EndRecord::How::timed_out,
                "its time of " + std::to_string(order_.timeout_seconds) + " s was over", now);
    if (!ending_ && program_is_gone_) begin_end(EndRecord::How::exited, "", now);
    if (ending_) look_after_end(now);
  }
  drain_output();
  return finish();
}

/// What was wrong; none: it runs.
std::optional<std::string> Keeper::start() {
  open_input();
  auto started = ProgramStart::fork_program(order_, files_.prompt());
  if (!started) return started.error().message;
  program_ = *std::move(started);
  KeeperRecord record;
  const auto keeper = ipc::identify_process(::getpid());
  const auto program = ipc::identify_process(program_->pid());
  std::optional<std::string> wrong;
  if (!keeper || !program) wrong = "the system does not tell which processes run";
  if (!wrong) {
    record = {*keeper, *program, false, pane_.is_there(), system_now_us(), log_.written()};
    if (const auto written = write_keeper_record(files_, record); !written) wrong = written.error().message;
  }
  if (!wrong) wrong = program_->let_go();
  if (wrong) {
    program_.reset();  // it ends by itself
    while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    }
    return wrong;
  }
  record.runs = true;
  // It runs in any case; whoever waits for the record gives up and asks for its end.
  static_cast<void>(write_keeper_record(files_, record));
  if (program_->terminal) pane_.copy_size(program_->terminal.get());
  if (order_.timeout_seconds > 0) deadline_ = Clock::now() + std::chrono::seconds(order_.timeout_seconds);
  look_at_pause();
  return std::nullopt;
}

void Keeper::open_input() {
  if (order_.input != ProgramInput::terminal) return;
  ::unlink(files_.input().c_str());
  if (::mkfifo(files_.input().c_str(), 0600) != 0) return;
  // Also for writing, so that it is never at its end.
  input_.reset(::open(files_.input().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

int Keeper::patience_ms(Clock::time_point now) const {
  if (ending_) return static_cast<int>(kEndLook.count());
  if (paused_) return static_cast<int>(paused_->interval().count());
  if (!deadline_) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void Keeper::wait() {
  const bool may_type = program_->terminal && typed_.size() < kMostTyped;
  std::array<pollfd, 6> polled{{
      {signals_.fd(), POLLIN, 0},
      {program_->output.get(), POLLIN, 0},
      {typed_.empty() ? -1 : program_->terminal.get(), POLLOUT, 0},
      {may_type || !program_->terminal ? pane_.readable_fd() : -1, POLLIN, 0},
      {may_type ? input_.get() : -1, POLLIN, 0},
      {pane_.writable_fd(), POLLOUT, 0},
  }};
  if (::poll(polled.data(), polled.size(), patience_ms(Clock::now())) <= 0) return;
  if (polled[1].revents != 0) read_output();
  if (polled[3].revents != 0) {
    std::string typed = pane_.take_typed();
    if (program_->terminal) typed_ += typed;  // a program that reads nothing is not typed to
  }
  if (polled[4].revents != 0) read_input();
  if (!typed_.empty()) write_input();
  if (polled[5].revents != 0) pane_.flush();
}

void Keeper::on_signals() {
  if (signals_.forget()) look_at_pause();
  if (KeeperSignals::take_resized() && program_->terminal) pane_.copy_size(program_->terminal.get());
  reap();
}

void Keeper::reap() {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) all_gone_ = program_is_gone_;  // what has no child has no descendants either
    if (pid <= 0) return;
    if (pid != program_->pid()) continue;
    program_is_gone_ = true;
    if (WIFEXITED(status)) end_.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
  }
}

/// Whoever wants it paused, or to go on, says so in a file and sends SIGCHLD, which every keeper takes.
void Keeper::look_at_pause() {
  const bool is_wanted = ::access(files_.paused().c_str(), F_OK) == 0;
  if (is_wanted == paused_.has_value() || ending_) return;
  const auto now = Clock::now();
  if (is_wanted) {
    paused_.emplace();
    paused_at_ = now;
  } else {
    paused_->go_on();
    paused_.reset();
    if (deadline_) *deadline_ += now - paused_at_;
  }
}

void Keeper::hold_paused(Clock::time_point now) {
  if (paused_->is_due(now)) paused_->hold(still_running().running, now);
}

void Keeper::begin_end(EndRecord::How how, std::string why, Clock::time_point now) {
  end_.how = how;
  end_.why = std::move(why);
  ending_.emplace(now, std::chrono::milliseconds(order_.grace_ms));
}

void Keeper::begin_asked_end(Clock::time_point now) {
  const auto asked = read_stop_record(files_);
  begin_end(EndRecord::How::stopped, asked ? asked->why : "its keeper got SIGTERM", now);
  end_.counts_as_finished = asked && asked->counts_as_finished;
}

Descendants Keeper::still_running() const {
  return descendants_of(::getpid(), running_processes(),
                        [this](const SeenProcess& process) { return spared_.contains(process); });
}

void Keeper::look_after_end(Clock::time_point now) {
  if (all_gone_) return;
  const Descendants here = still_running();
  ending_->look(here.running, now);
  reap();
  if (all_gone_ || !program_is_gone_) return;
  // Children are left. Only if some are spared can it be that they are the only ones.
  const bool only_spared = here.running.empty() && here.any_is_spared;
  looks_with_only_spared_ = only_spared ? looks_with_only_spared_ + 1 : 0;
  if (looks_with_only_spared_ == kLooksForHidden) all_gone_ = true;
  if (!ending_->is_hopeless(now)) return;
  for (const SeenProcess& process : here.running) end_.left.push_back(process.pid);
  all_gone_ = true;
}

void Keeper::read_output() {
  std::array<char, 65536> bytes;
  const ssize_t count = ::read(program_->output.get(), bytes.data(), bytes.size());
  if (count > 0) {
    const std::string_view said(bytes.data(), static_cast<std::size_t>(count));
    log_.append(said);
    pane_.show(said);
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    program_->output.reset();  // nobody has it open any more
  }
}

void Keeper::read_input() {
  std::array<char, 4096> bytes;
  const ssize_t count = ::read(input_.get(), bytes.data(), bytes.size());
  if (count > 0) typed_.append(bytes.data(), static_cast<std::size_t>(count));
}

void Keeper::write_input() {
  const ssize_t count = ::write(program_->terminal.get(), typed_.data(), typed_.size());
  if (count > 0) typed_.erase(0, static_cast<std::size_t>(count));
  if (count < 0 && errno != EAGAIN && errno != EINTR) typed_.clear();
}

void Keeper::drain_output() {
  const auto deadline = Clock::now() + kLastOutput;
  while (program_->output && Clock::now() < deadline) {
    pollfd polled{program_->output.get(), POLLIN, 0};
    constexpr int kLookMs = 100;
    if (::poll(&polled, 1, kLookMs) == 0) return;
    read_output();
  }
}

int Keeper::finish() {
  end_.ended_us = system_now_us();
  end_.output_bytes = log_.written();
  if (!log_.is_complete())
    end_.why += (end_.why.empty() ? "" : "; ") + std::string("a part of its output could not be written");
  ::unlink(files_.input().c_str());
  const auto written = write_end_record(files_, end_);
  return written ? 0 : 1;
}

}  // namespace governor::daemon
