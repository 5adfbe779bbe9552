#include "gateway/rules/secrets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nettle/sha2.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "ipc/random_id.hpp"
#include "ipc/replace_file.hpp"
#include "ipc/unique_fd.hpp"
#include "text/base64.hpp"

namespace governor::gateway {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretLength = 43;  // of 32 bytes in base64 without padding
constexpr std::size_t kMostPrivateBytes = 16 * 1024;

/// Empty where there is no file of ours alone with a secret in it.
std::string read_secret(const std::string& path) {
  const std::string content = read_private_file(path);
  std::string_view text = content;
  while (text.ends_with('\n')) text.remove_suffix(1);
  return is_secret(text) ? std::string(text) : std::string();
}

}  // namespace

std::string new_secret() {
  std::string text = text::base64(ipc::random_bytes(kSecretBytes));
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

bool is_secret(std::string_view text) {
  return text.size() == kSecretLength && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

std::string secret_hash(std::string_view secret) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, secret.size(), reinterpret_cast<const std::uint8_t*>(secret.data()));
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&context, digest.size(), digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

bool is_same_secret(std::string_view given, std::string_view secret) noexcept {
  if (secret.empty() || given.size() != secret.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < secret.size(); ++i)
    difference |=
        static_cast<unsigned char>(given[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(secret[i]));
  return difference == 0;
}

std::string read_private_file(const std::string& path) {
  const ipc::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat info;
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  if (info.st_uid != ::geteuid() || (info.st_mode & 077U) != 0) return {};
  std::string bytes(kMostPrivateBytes, '\0');
  const auto count = ::read(file.get(), bytes.data(), bytes.size());
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

ipc::Result<std::string> keep_secret(const std::string& path) {
  if (std::string kept = read_secret(path); !kept.empty()) return kept;
  std::string made = new_secret();
  if (auto written = ipc::replace_file(path, made + "\n"); !written) return written.error();
  return made;
}

ipc::Result<OneTimeSecret> OneTimeSecret::make(std::string path) {
  std::string secret = new_secret();
  if (auto written = ipc::replace_file(path, secret + "\n"); !written) return written.error();
  return OneTimeSecret(std::move(path), std::move(secret));
}

bool OneTimeSecret::use(std::string_view given) {
  if (!is_same_secret(given, secret_)) return false;
  secret_ = new_secret();
  if (const auto written = ipc::replace_file(path_, secret_ + "\n"); !written)
    spdlog::error("no new token for logging in: {}", written.error().message);
  return true;
}

}  // namespace governor::gateway
