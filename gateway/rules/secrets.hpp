#pragma once

#include <string>
#include <string_view>

#include "ipc/error.hpp"

namespace governor::gateway {

/// 32 bytes that nobody can guess, as base64url without padding: fits URLs and cookies.
std::string new_secret();

/// Whether the text could be of `new_secret`.
bool is_secret(std::string_view text);

/// Its SHA-256 as 64 hex digits: tells whether somebody knows a secret, and nothing about it.
std::string secret_hash(std::string_view secret);

/// Takes the same time wherever the texts differ. Nothing is equal to an empty secret.
bool is_same_secret(std::string_view given, std::string_view secret) noexcept;

/// What is in a file that is this user's alone; empty where there is none, or others may read it.
std::string read_private_file(const std::string& path);

/// The secret in the file (0600), which is made if it is missing or holds something else.
ipc::Result<std::string> keep_secret(const std::string& path);

/// A secret that opens once: in a file for those who may read it, and another one after its use.
class OneTimeSecret {
 public:
  static ipc::Result<OneTimeSecret> make(std::string path);

  /// Whether it is the secret; then it is so no more.
  bool use(std::string_view given);

 private:
  OneTimeSecret(std::string path, std::string secret) : path_(std::move(path)), secret_(std::move(secret)) {}

  std::string path_;
  std::string secret_;
};

}  // namespace governor::gateway
