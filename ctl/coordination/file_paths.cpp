#include "ctl/coordination/file_paths.hpp"

#include <filesystem>
#include <system_error>

#include "text/path_text.hpp"

namespace governor::ctl {

std::string absolute_path(const std::string& given) {
  if (given.starts_with('/')) return given;
  std::error_code failure;
  const auto here = std::filesystem::current_path(failure);
  // Links are the daemon's to follow: `a/../b` may not be what it looks like.
  if (failure) return given;
  return given == "." ? text::path_text(here.string()) : text::path_text(here.string()) + '/' + given;
}

}  // namespace governor::ctl
