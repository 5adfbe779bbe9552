#include "daemon/tools/coordination/found_files.hpp"

#include <algorithm>

#include "daemon/files/file_slot.hpp"

namespace governor::daemon {
namespace {

/// Of all files of one request: a grant is not to wait for the reading of gigabytes.
constexpr std::uint64_t kMostBytesRead = std::uint64_t{64} << 20;

}  // namespace

void FoundFiles::add(const ResolvedPath& path) {
  if (!path.pattern && !path.directory) files_.push_back({path.path, path.exists});
}

void FoundFiles::read(FileServices& services) {
  std::uint64_t room = kMostBytesRead;
  for (File& file : files_) {
    file.sha256.reset();
    const auto slot = FileSlot::open(file.path);
    if (!slot) continue;
    const auto content = slot->read(std::min(room, services.settings().max_file_bytes));
    if (!content) continue;
    file.exists = content->exists;
    if (!content->exists) continue;
    room -= content->bytes.size();
    file.sha256 = content->sha256;
  }
}

bool FoundFiles::differ_from(const core::State& state) const {
  return std::any_of(files_.begin(), files_.end(), [&](const File& file) {
    const core::FileVersion* newest = state.newest_version(file.path);
    return newest != nullptr && newest->state.sha256 != file.sha256.value_or("");
  });
}

std::optional<std::string> FoundFiles::content_of(const std::string& path) const {
  const auto found =
      std::find_if(files_.begin(), files_.end(), [&](const File& file) { return file.path == path; });
  if (found == files_.end()) return std::nullopt;
  return found->exists ? found->sha256 : std::string();
}

void FoundFiles::write(JsonWriter& json) const {
  if (files_.empty()) return;
  json.key("files").begin_array();
  for (const File& file : files_) {
    json.begin_object().field("path", file.path).field("exists", file.exists);
    if (file.sha256) json.field("sha256", *file.sha256);
    json.end_object();
  }
  json.end_array();
}

}  // namespace governor::daemon
