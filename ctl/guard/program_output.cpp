#include "ctl/guard/program_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "ipc/child_process.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl {

namespace {

constexpr std::size_t kLargestOutput = 64 * 1024 * 1024;

// A child of ours that has not been waited for: its number cannot mean another process.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    (void)wait();
  }

  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

struct Stream {
  ipc::UniqueFd from;
  std::string& into;
};

// Reads once; false at the end.
ipc::Result<bool> read_more(Stream& stream) {
  std::array<char, 64 * 1024> buffer;
  const ssize_t count = ::read(stream.from.get(), buffer.data(), buffer.size());
  if (count < 0) {
    if (errno == EINTR) return true;
    return ipc::system_error("cannot read what a program writes", errno);
  }
  stream.into.append(buffer.data(), static_cast<std::size_t>(count));
  if (stream.into.size() > kLargestOutput)
    return ipc::Error{ipc::Errc::protocol_error, 0, "a program wrote more than 64 MiB"};
  return count > 0;
}

ipc::Result<void> collect(std::array<Stream, 2>& streams, ipc::Deadline deadline) {
  while (streams[0].from || streams[1].from) {
    std::array<pollfd, 2> polled{{{streams[0].from.get(), POLLIN, 0}, {streams[1].from.get(), POLLIN, 0}}};
    const int ready = ::poll(polled.data(), polled.size(), deadline.remaining_ms());
    if (ready < 0 && errno != EINTR) return ipc::system_error("cannot wait for a program", errno);
    if (ready == 0) return ipc::Error{ipc::Errc::deadline_exceeded, 0, "it has not ended in time"};
    for (std::size_t i = 0; ready > 0 && i < streams.size(); ++i) {
      if (polled[i].revents == 0) continue;
      const auto more = read_more(streams[i]);
      if (!more) return more.error();
      if (!*more) streams[i].from.reset();
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> whole_environment(const ipc::Environment& environment) {
  std::vector<std::string> entries = environment.entries;
  for (const char* const* entry = environment.inherited; entry && *entry; ++entry) {
    const std::string_view name = std::string_view(*entry).substr(0, std::string_view(*entry).find('='));
    bool replaced = false;
    for (const std::string& own : environment.entries)
      replaced = replaced || (own.starts_with(name) && own.substr(name.size(), 1) == "=");
    if (!replaced) entries.emplace_back(*entry);
  }
  return entries;
}

ipc::Result<ProgramOutput> run_program(const std::vector<std::string>& arguments,
                                       const ipc::Environment& environment, ipc::Deadline deadline) {
  auto out = ipc::make_pipe();
  if (!out) return out.error();
  auto err = ipc::make_pipe();
  if (!err) return err.error();
  const ipc::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!nothing) return ipc::system_error("cannot open /dev/null", errno);
  const auto pid = ipc::start_program(arguments, whole_environment(environment),
                                      {nothing.get(), out->second.get(), err->second.get()});
  if (!pid) return pid.error();
  Child child(*pid);
  out->second.reset();
  err->second.reset();
  ProgramOutput output;
  std::array<Stream, 2> streams{{{std::move(out->first), output.out}, {std::move(err->first), output.err}}};
  if (auto collected = collect(streams, deadline); !collected) {
    ipc::Error error = collected.error();
    error.message = arguments.front() + ": " + error.message;
    return error;
  }
  output.exit_code = child.wait();
  return output;
}

}  // namespace governor::ctl
