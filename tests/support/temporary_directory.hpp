#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace governor {

/// A fresh 0700 directory with a short path (a socket fits below it), removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_("/tmp/gov-test-XXXXXX") {
    if (!::mkdtemp(path_.data())) throw std::runtime_error("mkdtemp failed");
  }
  ~TemporaryDirectory() {
    // A process that is on its way out may still add a file while the others are being removed.
    std::error_code failure;
    for (int attempt = 0; attempt < 5; ++attempt) {
      std::filesystem::remove_all(path_, failure);
      if (!failure) return;
    }
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace governor

namespace governor::tests {
using governor::TemporaryDirectory;
}  // namespace governor::tests
