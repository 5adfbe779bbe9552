#include "daemon/files/interrupted_write.hpp"

#include <unistd.h>

#include <limits>
#include <utility>

#include "daemon/files/file_slot.hpp"
#include "daemon/files/file_state.hpp"

namespace governor::daemon {
namespace {

/// The content may be larger than files that are written here: somebody else has put it there.
constexpr std::uint64_t kAnySize = std::numeric_limits<std::uint32_t>::max();

void look_beside(const core::OpenWrite& open, FileSlot& file, FileServices& files, InterruptedWrite& found) {
  const TemporaryName name{open.temporary};
  // A part of the new content, which is kept as a whole.
  ::unlinkat(file.directory(), name.written().c_str(), 0);
  const std::string place = open.write.path.substr(0, open.write.path.rfind('/') + 1) + name.kept();
  const auto slot = FileSlot::open(place);
  const auto content = slot ? slot->read(kAnySize) : core::Result<FileContent>(slot.error());
  if (!content) {
    found.left_at = place;
    return;
  }
  if (!content->exists) return;
  const bool is_known = content->sha256 == open.write.before.sha256 ||
                        content->sha256 == open.write.after.sha256 || files.backups().has(content->sha256);
  if (!is_known) {
    core::FileState state = state_of(*content);
    auto stored = files.backups().put(content->bytes, state.sha256);
    if (!stored) {
      found.left_at = place;
      return;
    }
    state.stored_bytes = stored->bytes;
    found.displaced = std::move(state);
    found.pins.push_back(std::move(stored->pin));
  }
  file.drop(name);
}

}  // namespace

InterruptedWrite look_at_interrupted(const core::OpenWrite& open, FileServices& files) {
  InterruptedWrite found;
  auto slot = FileSlot::open(open.write.path);
  if (!slot || slot->directory() < 0) return found;
  look_beside(open, *slot, files, found);
  if (const auto now = slot->read(kAnySize); now && now->exists) found.now = state_of(*now);
  return found;
}

}  // namespace governor::daemon
