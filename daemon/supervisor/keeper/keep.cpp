#include "daemon/supervisor/keeper/keep.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/supervisor/keeper/keeper.hpp"
#include "daemon/supervisor/keeper/keeper_lock.hpp"
#include "daemon/support/timestamp.hpp"
#include "ipc/deadline.hpp"

namespace governor::daemon {
namespace {

constexpr int kKeepFailed = 1;
constexpr int kKeepUsage = 2;
constexpr std::chrono::seconds kLockPatienceOfKeeper{3};
constexpr std::chrono::milliseconds kLockLook{20};

/// Who only looks whether there is a keeper has the lock for a moment.
std::optional<KeeperLock> lock_patiently(const KeeperFiles& files) {
  const auto deadline = ipc::Deadline::after(kLockPatienceOfKeeper);
  for (;;) {
    auto lock = KeeperLock::try_lock(files);
    if (lock || deadline.expired()) return lock;
    static_cast<void>(ipc::pause_until(deadline.capped(kLockLook)));
  }
}

int keep_directory(const std::string& directory) {
  const KeeperFiles files{directory};
  const auto lock = lock_patiently(files);
  if (!lock) {
    std::fprintf(stderr, "governord keep: %s has a keeper, or is no deployment\n", directory.c_str());
    return kKeepFailed;
  }
  if (read_end_record(files)) return kKeepFailed;  // somebody has closed it meanwhile
  const auto content = read_whole_file(files.launch());
  auto order = parse_launch(content.value_or(""));
  if (!order) {
    EndRecord end;
    end.how = EndRecord::How::not_started;
    end.why = order.error().message;
    end.ended_us = system_now_us();
    static_cast<void>(write_end_record(files, end));
    return kKeepFailed;
  }
  Keeper keeper(files, *std::move(order));
  return keeper.run();
}

}  // namespace

int keep(int argc, char** argv) {
  constexpr int kDirectory = 2;
  constexpr int kOption = 3;
  const bool is_detached = argc == kOption + 1 && std::string_view(argv[kOption]) == "--detached";
  if (argc < kOption || (argc > kOption && !is_detached) || argv[kDirectory][0] != '/') {
    std::fprintf(stderr, "usage: governord keep DIRECTORY [--detached]; the daemon starts this\n");
    return kKeepUsage;
  }
  if (is_detached) {
    const pid_t child = ::fork();
    if (child != 0) return child < 0 ? kKeepFailed : 0;
    ::setsid();
  }
  ::umask(077);
  if (::chdir("/") != 0) return kKeepFailed;
  try {
    return keep_directory(argv[kDirectory]);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "governord keep: %s\n", failure.what());
    return kKeepFailed;
  }
}

}  // namespace governor::daemon
