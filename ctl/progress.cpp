#include "ctl/progress.hpp"

#include <algorithm>
#include <utility>

#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"

namespace governor::ctl {

namespace {

constexpr std::size_t kBarWidth = 24;
constexpr const char* kWipeOut = "\r\x1b[K";  // to the first column, and nothing from there on

}  // namespace

std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total,
                          std::chrono::milliseconds elapsed) {
  std::string line = printable(what);
  if (total == 0) {
    if (done > 0) line += ", " + grouped(static_cast<std::int64_t>(done));
    return line + ", " + duration(std::chrono::duration<double>(elapsed).count());
  }
  const std::uint64_t counted = std::min(done, total);
  const auto share = static_cast<double>(counted) / static_cast<double>(total);
  const auto filled = static_cast<std::size_t>(share * kBarWidth);
  line += " [" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] ";
  line += std::to_string(static_cast<int>(share * 100)) + " %, " +
          grouped(static_cast<std::int64_t>(counted)) + " of " + grouped(static_cast<std::int64_t>(total));
  return line;
}

Progress::Progress(std::ostream& out, bool shown, std::string what, Pace pace)
    : out_(out), what_(std::move(what)), pace_(pace), began_(std::chrono::steady_clock::now()) {
  if (shown) thread_ = std::thread([this] { run(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  over_changed_.notify_all();
  thread_.join();
}

void Progress::advance_to(std::uint64_t done, std::uint64_t total) {
  done_.store(done, std::memory_order_relaxed);
  total_.store(total, std::memory_order_relaxed);
}

void Progress::run() {
  std::unique_lock lock(mutex_);
  bool drawn = false;
  auto pause = pace_.first;
  while (!over_changed_.wait_for(lock, pause, [this] { return over_; })) {
    pause = pace_.next;
    drawn = true;
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
    out_ << kWipeOut
         << progress_line(what_, done_.load(std::memory_order_relaxed),
                          total_.load(std::memory_order_relaxed), elapsed)
         << std::flush;
  }
  if (drawn) out_ << kWipeOut << std::flush;
}

}  // namespace governor::ctl
