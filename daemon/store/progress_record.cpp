#include "daemon/store/progress_record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "daemon/store/durable_files.hpp"
#include "ipc/fault_point.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kPlaceBytes = 512;
constexpr const char* kPlaceFormat =
    "governor-progress 1 %" SCNu64 " %" SCNd64 " %d %" SCNu64 " %" SCNd64 " %32[0-9a-f] %" SCNu64 " %" SCNd64
    " %32[0-9a-f] %" SCNu64 " %" SCNd64 " %32[0-9a-f] %32[0-9a-f]";

std::string hex_of(const RowHash& hash) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * hash.size());
  for (const std::uint8_t byte : hash) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

RowHash hash_of_hex(const char* text) {
  RowHash hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) {
    unsigned value = 0;
    if (std::sscanf(text + 2 * i, "%2x", &value) != 1) return {};
    hash[i] = static_cast<std::uint8_t>(value);
  }
  return hash;
}

std::string end_text(const RowChain::End& end) {
  return fmt::format("{} {} {}", end.entries, end.last, hex_of(end.hash));
}

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// One line, padded to a place, that ends with the hash of what stands before it.
std::string place_text(const StoreProgress& progress, std::uint64_t writes, bool suspect) {
  std::string text =
      fmt::format("governor-progress 1 {} {} {} {} {} {}", writes, now_us(), suspect ? 1 : 0,
                  end_text(progress.commits), end_text(progress.history), end_text(progress.audit));
  text += " " + hex_of(chain_hash({}, text));
  text.resize(kPlaceBytes - 1, ' ');
  return text + "\n";
}

struct Place {
  StoreProgress progress;
  std::uint64_t writes = 0;
  std::int64_t written_us = 0;
  bool suspect = false;
};

std::optional<Place> parse_place(const std::string& text) {
  Place place;
  int suspect = 0;
  std::array<std::array<char, 33>, 4> hashes{};
  StoreProgress& p = place.progress;
  const int fields =
      std::sscanf(text.c_str(), kPlaceFormat, &place.writes, &place.written_us, &suspect, &p.commits.entries,
                  &p.commits.last, hashes[0].data(), &p.history.entries, &p.history.last, hashes[1].data(),
                  &p.audit.entries, &p.audit.last, hashes[2].data(), hashes[3].data());
  if (fields != 13) return std::nullopt;
  place.suspect = suspect != 0;
  p.commits.hash = hash_of_hex(hashes[0].data());
  p.history.hash = hash_of_hex(hashes[1].data());
  p.audit.hash = hash_of_hex(hashes[2].data());
  const std::size_t end = text.find_last_not_of(" \n");
  const std::size_t sum = end == std::string::npos ? end : text.rfind(' ', end);
  if (sum == std::string::npos || hex_of(chain_hash({}, text.substr(0, sum))) != hashes[3].data())
    return std::nullopt;
  return place;
}

std::optional<Place> look_for_newest_place(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::optional<Place> newest;
  std::string text(kPlaceBytes, '\0');
  while (file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    const auto place = parse_place(text);
    if (place && (!newest || place->writes > newest->writes)) newest = place;
  }
  return newest;
}

/// What cannot be read is looked at a second time: the disk may have failed once.
std::optional<Place> newest_place(const std::string& path) {
  auto place = look_for_newest_place(path);
  return place ? place : look_for_newest_place(path);
}

}  // namespace

StoreProgress read_progress(SQLite::Database& database) {
  return {RowChain(database, "commit").end(), RowChain(database, "history").end(),
          RowChain(database, "audit").end()};
}

ProgressRecord::Found ProgressRecord::read(const std::string& path) {
  Found found;
  std::error_code error;
  found.exists = std::filesystem::exists(path, error);
  if (const auto place = newest_place(path)) {
    found.progress = place->progress;
    found.written_us = place->written_us;
    found.suspect = place->suspect;
  }
  return found;
}

ProgressRecord::~ProgressRecord() {
  if (file_ && noted_) ::fsync(file_.get());
}

bool ProgressRecord::open() {
  if (file_) return true;
  const auto newest = newest_place(path_);
  writes_ = newest ? newest->writes : 0;
  file_.reset(::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file_) return false;
  try {
    sync_directory_of(path_);
  } catch (const std::exception&) {
    file_.reset();
    return false;
  }
  return true;
}

void ProgressRecord::note(const StoreProgress& progress) {
  progress_ = progress;
  noted_ = true;
  write();
}

void ProgressRecord::suspect_damage() {
  if (std::exchange(suspect_, true) || !noted_) return;
  synced_ = {};
  write();
}

void ProgressRecord::write() {
  if (!open()) return;
  const std::string text = place_text(progress_, ++writes_, suspect_);
  const auto at = static_cast<off_t>((writes_ % 2) * kPlaceBytes);
  if (ipc::fault_at(ipc::FaultPoint::progress_write)) return;
  if (::pwrite(file_.get(), text.data(), text.size(), at) != static_cast<ssize_t>(text.size())) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - synced_ < kBetweenSyncs) return;
  synced_ = now;
  if (ipc::fault_at(ipc::FaultPoint::progress_sync)) return;
  ::fsync(file_.get());
}

}  // namespace governor::daemon
