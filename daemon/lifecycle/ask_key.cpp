#include "daemon/lifecycle/ask_key.hpp"

#include <spdlog/spdlog.h>

#include <fstream>
#include <iterator>

#include "ipc/random_id.hpp"
#include "ipc/replace_file.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kKeyDigits = 64;

}  // namespace

std::string load_ask_key(const std::string& state_directory) {
  const std::string path = state_directory + "/ask.key";
  std::ifstream file(path, std::ios::binary);
  std::string key(kKeyDigits, '\0');
  file.read(key.data(), static_cast<std::streamsize>(key.size()));
  if (file && key.find_first_not_of("0123456789abcdef") == std::string::npos) return key;
  key = ipc::random_hex(kKeyDigits / 2);
  if (const auto kept = ipc::replace_file(path, key, 0600, ipc::Durability::content); !kept) {
    spdlog::warn(
        "{} cannot be written ({}): who is asked in a client answers before the daemon ends, or is "
        "asked again",
        path, kept.error().message);
  }
  return key;
}

}  // namespace governor::daemon
