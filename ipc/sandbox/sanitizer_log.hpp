#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace governor::ipc {

/// The directories in which a sanitizer was told to write its reports, which it opens when it has one. None
/// in builds without sanitizers.
inline std::vector<std::string> sanitizer_log_directories() {
  std::vector<std::string> directories;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::string_view kLogPath = "log_path=";
  for (const char* variable : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* value = std::getenv(variable);
    const std::string options = value != nullptr ? value : "";
    const std::size_t at = options.rfind(kLogPath);
    if (at == std::string::npos) continue;
    const std::string path =
        options.substr(at + kLogPath.size(), options.find(':', at) - at - kLogPath.size());
    directories.push_back(path.substr(0, path.rfind('/')));
  }
#endif
  return directories;
}

}  // namespace governor::ipc
