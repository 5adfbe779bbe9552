#include "daemon/watch/git_places.hpp"

#include <sys/stat.h>

#include <fstream>

namespace governor::daemon {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string from_there(const std::string& directory, const std::string& path) {
  return path.starts_with('/') ? path : directory + "/" + path;
}

}  // namespace

std::string git_directory(const std::string& directory) {
  std::string path = directory + "/.git";
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (S_ISDIR(status.st_mode)) return path;
  // Another working tree of the repository, or a submodule.
  std::string line = first_line(path);
  if (!line.starts_with("gitdir: ")) return {};
  return from_there(directory, line.erase(0, 8));
}

std::string git_common_directory(const std::string& git) {
  const std::string line = first_line(git + "/commondir");
  return line.empty() ? git : from_there(git, line);
}

}  // namespace governor::daemon
