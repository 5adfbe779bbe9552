#include "core/file_table.hpp"

#include <utility>

namespace governor::core {

const FileTable::File* FileTable::find(const std::string& path) const {
  const auto found = places_.find(path);
  return found == places_.end() ? nullptr : &*found->second;
}

FileTable::File& FileTable::add(FileVersion version) {
  RewriteWatch watch;
  const auto found = places_.find(version.path);
  if (found != places_.end()) {
    const auto place = found->second;
    watch = std::move(place->watch);
    places_.erase(found);
    files_.erase(place);
  } else if (files_.size() == kRememberedFiles) {
    places_.erase(files_.back().newest.path);
    files_.pop_back();
  }
  const bool written = version.kind != FileVersionKind::seen && version.kind != FileVersionKind::unasked;
  // What a person restores is a new beginning.
  if (version.kind == FileVersionKind::restored && version.agent == 0) watch.clear();
  watch.note(
      {version.timestamp_us, written ? writer(version.agent, version.session) : 0, version.state.sha256});
  files_.push_front({std::move(version), std::move(watch)});
  places_.emplace(files_.front().newest.path, files_.begin());
  return files_.front();
}

FileTable::File& FileTable::note_rewrite(const std::string& path, std::int64_t time_us, std::int64_t writer) {
  File& file = *places_.at(path);
  file.watch.note({time_us, writer, file.newest.state.sha256});
  return file;
}

void FileTable::forget_rewrites(std::int64_t writer) {
  for (File& file : files_) file.watch.forget(writer);
}

}  // namespace governor::core
