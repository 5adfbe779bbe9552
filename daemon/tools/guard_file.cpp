#include "daemon/tools/guard_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "daemon/files/real_path.hpp"
#include "daemon/tools/path_reference.hpp"

namespace governor::daemon {

core::Result<GuardFile> look_at_file(const std::string& given, const std::string& directory) {
  const auto resolved = resolve_file(given, directory);
  if (!resolved) return core::Error(resolved.error());
  GuardFile file;
  file.path = lease_path(*resolved);
  file.exists = resolved->exists;
  if (!file.exists || resolved->directory) return file;
  std::ifstream stream(resolved->path, std::ios::binary);
  char last = '\n';
  for (std::array<char, 64 * 1024> buffer; stream;) {
    stream.read(buffer.data(), buffer.size());
    const auto count = stream.gcount();
    file.lines += static_cast<std::uint64_t>(std::count(buffer.data(), buffer.data() + count, '\n'));
    if (count > 0) last = buffer[static_cast<std::size_t>(count) - 1];
  }
  if (last != '\n') ++file.lines;
  return file;
}

}  // namespace governor::daemon
