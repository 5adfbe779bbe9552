#include "daemon/store/progress_record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

#include "daemon/store/durable_files.hpp"
#include "ipc/fault_point.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kPlaceBytes = 512;
/// The ends of the chains stand in the order of StoreProgress, each as its entries, last key and hash. The
/// first form is of before there was evidence.
constexpr std::string_view kForms[] = {"governor-progress 1", "governor-progress 2"};
constexpr std::size_t kChainsInFirst = 3;

std::array<RowChain::End*, 4> ends_of(StoreProgress& progress) {
  return {&progress.commits, &progress.history, &progress.audit, &progress.evidence};
}

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
  std::string text = fmt::format("{} {} {} {} {} {} {} {}", kForms[1], writes, now_us(), suspect ? 1 : 0,
                                 end_text(progress.commits), end_text(progress.history),
                                 end_text(progress.audit), end_text(progress.evidence));
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

bool read_end(std::istream& words, RowChain::End& end) {
  std::string hash;
  if (!(words >> end.entries >> end.last >> hash) || hash.size() != 2 * end.hash.size()) return false;
  end.hash = hash_of_hex(hash.c_str());
  return true;
}

std::optional<Place> parse_place(const std::string& text) {
  const auto form = std::find_if(std::begin(kForms), std::end(kForms),
                                 [&](std::string_view known) { return text.starts_with(known); });
  if (form == std::end(kForms)) return std::nullopt;
  const std::size_t last = text.find_last_not_of(" \n");
  const std::size_t sum = text.rfind(' ', last);
  if (sum < form->size() || hex_of(chain_hash({}, text.substr(0, sum))) != text.substr(sum + 1, last - sum))
    return std::nullopt;
  Place place;
  std::istringstream words(text.substr(form->size(), sum - form->size()));
  if (!(words >> place.writes >> place.written_us >> place.suspect)) return std::nullopt;
  const auto ends = ends_of(place.progress);
  const std::size_t chains = form == std::begin(kForms) ? kChainsInFirst : ends.size();
  for (std::size_t i = 0; i < chains; ++i) {
    if (!read_end(words, *ends[i])) return std::nullopt;
  }
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
          RowChain(database, "audit").end(), RowChain(database, "evidence").end()};
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
