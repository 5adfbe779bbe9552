#include "daemon/watch/git_index.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/watch/git_places.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kIndexHeader = 12;
/// Times, device, rights, owner and size of a file, before the hash of its content.
constexpr std::size_t kBeforeHash = 40;
constexpr std::uint16_t kHasMoreFlags = 0x4000;
constexpr std::size_t kLargestIndex = std::size_t{256} << 20;

std::string index_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  if (size <= 0 || static_cast<std::size_t>(size) > kLargestIndex) return {};
  std::string bytes(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  file.read(bytes.data(), size);
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

/// Hashes are as long as the repository's configuration says.
bool has_long_hashes(const std::string& git) {
  std::ifstream file(git_common_directory(git) + "/config", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return text.find("sha256") != std::string::npos;
}

class IndexReader {
 public:
  IndexReader(std::string_view bytes, std::size_t hash_bytes) : bytes_(bytes), hash_bytes_(hash_bytes) {}

  /// Empty where something is not as it should be.
  std::vector<std::string> read() {
    if (!bytes_.starts_with("DIRC") || bytes_.size() < kIndexHeader) return {};
    version_ = number(4, 4);
    const std::size_t entries = number(8, 4);
    if (version_ < 2 || version_ > 4) return {};
    std::vector<std::string> names;
    at_ = kIndexHeader;
    for (std::size_t i = 0; i < entries; ++i) {
      auto name = next(names.empty() ? std::string() : names.back());
      if (!name || (!names.empty() && *name < names.back())) return {};
      names.push_back(*std::move(name));
    }
    return names;
  }

 private:
  [[nodiscard]] std::size_t number(std::size_t at, std::size_t bytes) const {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | static_cast<unsigned char>(bytes_[at + i]);
    return value;
  }

  std::optional<std::string> next(const std::string& previous) {
    const std::size_t begin = at_;
    at_ += kBeforeHash + hash_bytes_;
    if (at_ + 4 > bytes_.size()) return std::nullopt;
    at_ += (number(at_, 2) & kHasMoreFlags) != 0 ? 4 : 2;
    std::string name;
    if (version_ == 4) {
      const auto dropped = variable_number();
      if (!dropped || *dropped > previous.size()) return std::nullopt;
      name = previous.substr(0, previous.size() - *dropped);
    }
    const std::size_t end = bytes_.find('\0', at_);
    if (end == std::string_view::npos) return std::nullopt;
    name += bytes_.substr(at_, end - at_);
    at_ = version_ == 4 ? end + 1 : begin + ((end - begin) / 8 + 1) * 8;
    return name;
  }

  std::optional<std::size_t> variable_number() {
    std::size_t value = 0;
    for (bool is_first = true; at_ < bytes_.size(); is_first = false) {
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value = ((is_first ? value : value + 1) << 7U) | (byte & 0x7FU);
      if ((byte & 0x80U) == 0) return value;
      if (value > kLargestIndex) break;
    }
    return std::nullopt;
  }

  std::string_view bytes_;
  std::size_t hash_bytes_;
  std::size_t version_ = 0;
  std::size_t at_ = 0;
};

}  // namespace

GitIndex GitIndex::read(const std::string& git) {
  return parse(index_bytes(git + "/index"), has_long_hashes(git) ? 32 : 20);
}

GitIndex GitIndex::parse(std::string_view bytes, std::size_t hash_bytes) {
  GitIndex index;
  index.names_ = IndexReader(bytes, hash_bytes).read();
  return index;
}

bool GitIndex::has(std::string_view name) const {
  return std::binary_search(names_.begin(), names_.end(), name, std::less<>());
}

bool GitIndex::has_below(std::string_view directory) const {
  const std::string start = std::string(directory) + '/';
  const auto first = std::lower_bound(names_.begin(), names_.end(), start);
  return first != names_.end() && first->starts_with(start);
}

}  // namespace governor::daemon
