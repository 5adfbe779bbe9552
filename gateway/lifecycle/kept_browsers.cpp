#include "gateway/lifecycle/kept_browsers.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "gateway/rules/secrets.hpp"
#include "ipc/replace_file.hpp"

namespace governor::gateway {
namespace {

BrowserSessions::TimePoint calendar_now() {
  return std::chrono::system_clock::now();
}

}  // namespace

KeptBrowsers::KeptBrowsers(std::string file)
    : file_(std::move(file)), sessions_(BrowserSessions::read(read_private_file(file_), calendar_now())) {}

std::string KeptBrowsers::open() {
  std::string cookie = sessions_.open(calendar_now());
  save();
  return cookie;
}

const BrowserSessions::Session* KeptBrowsers::find(std::string_view cookie) {
  const auto* found = sessions_.find(cookie, calendar_now());
  if (sessions_.wants_to_be_saved()) save();
  return found;
}

bool KeptBrowsers::close(std::string_view cookie) {
  const bool was_open = sessions_.close(cookie);
  if (was_open) save();
  return was_open;
}

std::size_t KeptBrowsers::close_all() {
  const std::size_t count = sessions_.close_all();
  save();
  return count;
}

void KeptBrowsers::save() {
  // Where it fails, browsers log in again after the next restart, and trying at each request would not help.
  // What is there may name some that have been logged out.
  const auto written = ipc::replace_file(file_, sessions_.text());
  if (!written) ::unlink(file_.c_str());
  if (!written && !std::exchange(is_told_, true))
    spdlog::warn("browsers will have to log in again when the gateway ends: {}", written.error().message);
  sessions_.note_saved();
}

}  // namespace governor::gateway
