#include "daemon/tools/guard_file.hpp"

#include <utility>

#include "daemon/files/file_slot.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/files/shrink_guard.hpp"
#include "daemon/tools/path_reference.hpp"

namespace governor::daemon {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

std::optional<core::Error> take_copy(GuardFile& file, FileServices& services) {
  const auto slot = FileSlot::open(file.real_path);
  if (!slot) return slot.error();
  const auto content = slot->read(services.settings().backup_max_file_mb * kMiB);
  if (!content) return content.error();
  if (!content->exists) return std::nullopt;
  const auto backups = services.backups();
  if (!backups) return backups.error();
  auto stored = (*backups)->put(content->bytes, content->sha256);
  if (!stored) return stored.error();
  file.state = {content->sha256, content->bytes.size(), count_lines(content->bytes), stored->bytes};
  file.pin = std::move(stored->pin);
  return std::nullopt;
}

}  // namespace

core::Result<GuardFile> look_at_file(const std::string& given, const std::string& directory,
                                     FileServices& services) {
  const auto resolved = resolve_file(given, directory);
  if (!resolved) return core::Error(resolved.error());
  GuardFile file;
  file.path = lease_path(*resolved);
  file.real_path = resolved->path;
  file.no_copy = take_copy(file, services);
  return file;
}

}  // namespace governor::daemon
