#include "daemon/tools/guards/guard_file.hpp"

#include <utility>

#include "daemon/files/file_slot.hpp"
#include "daemon/files/file_state.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/tools/coordination/path_reference.hpp"

namespace governor::daemon {
namespace {

std::optional<core::Error> take_copy(GuardFile& file, FileServices& services) {
  const auto slot = FileSlot::open(file.real_path);
  if (!slot) return slot.error();
  const auto content = slot->read(services.settings().max_file_bytes);
  if (!content) return content.error();
  if (!content->exists) return std::nullopt;
  auto stored = services.backups().put(content->bytes, content->sha256);
  if (!stored) return stored.error();
  file.state = state_of(*content);
  file.state.stored_bytes = stored->bytes;
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
  file.own = services.own().refusal(*resolved);
  if (!file.own) file.no_copy = take_copy(file, services);
  return file;
}

}  // namespace governor::daemon
