#include "ctl/records/file_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace governor::ctl::records {
namespace {

constexpr int kDeepest = 8;
constexpr std::size_t kMostFiles = 2'000'000;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

/// Walks a directory and those in it. Plain recursion: the depth is bounded.
class Walk {
 public:
  Walk(std::vector<PassedOver>& passed_over, std::vector<std::string>& files)
      : passed_over_(passed_over), files_(files) {}

  void into(int parent, const std::string& name, const std::string& prefix, int depth) {
    ipc::UniqueFd fd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const std::unique_ptr<DIR, CloseDirectory> directory(fd ? ::fdopendir(fd.get()) : nullptr);
    if (!directory) return skip("unreadable", prefix, std::strerror(errno));
    const int number = fd.release();  // closed with the directory
    while (const dirent* entry = ::readdir(directory.get())) {
      const std::string entry_name = entry->d_name;
      if (entry_name.starts_with('.')) continue;
      if (files_.size() >= kMostFiles) return skip("too_many", prefix, "there are too many files");
      look_at(number, entry_name, prefix + entry_name, depth);
    }
  }

 private:
  void look_at(int directory, const std::string& name, const std::string& path, int depth) {
    struct stat status {};
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone meanwhile
    if (S_ISREG(status.st_mode)) {
      files_.push_back(path);
    } else if (S_ISDIR(status.st_mode)) {
      if (depth == kDeepest) return skip("too_deep", path, "directories below this one are not searched");
      into(directory, name, path + "/", depth + 1);
    } else {
      skip("not_a_file", path,
           S_ISLNK(status.st_mode) ? "a symbolic link; it is not followed"
                                   : "neither a file nor a directory; it is not opened");
    }
  }

  void skip(std::string_view code, const std::string& path, std::string message) {
    passed_over_.push_back({code, path, std::move(message)});
  }

  std::vector<PassedOver>& passed_over_;
  std::vector<std::string>& files_;
};

/// The directory part of a relative path, opened link by link; the tree's own for a plain name.
ipc::UniqueFd open_parent(int directory, const std::string& path) {
  ipc::UniqueFd at(::dup(directory));
  std::size_t begin = 0;
  for (std::size_t end = path.find('/'); at && end != std::string::npos; end = path.find('/', begin)) {
    const std::string part = path.substr(begin, end - begin);
    at.reset(::openat(at.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    begin = end + 1;
  }
  return at;
}

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

ipc::Result<FileTree> FileTree::open(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return ipc::system_error("cannot read " + path, errno);
  const bool single = S_ISREG(status.st_mode);
  if (!single && !S_ISDIR(status.st_mode)) {
    return ipc::Error{ipc::Errc::invalid_path, 0,
                      path + " is neither a directory nor a file; give the old monitor's data directory"};
  }
  std::string directory = path;
  std::string name;
  if (single) {
    // A link that a person names is followed; what it points at is then read as any other file.
    char resolved[PATH_MAX];
    if (::realpath(path.c_str(), resolved) == nullptr) return ipc::system_error("cannot read " + path, errno);
    directory = resolved;
    name = base_name(directory);
    directory.resize(directory.size() - name.size());
  }
  ipc::UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return ipc::system_error("cannot read " + directory, errno);
  return FileTree(std::move(fd), std::move(name));
}

std::vector<std::string> FileTree::files(std::vector<PassedOver>& passed_over) const {
  if (is_single_file()) return {single_};
  std::vector<std::string> files;
  Walk(passed_over, files).into(directory_.get(), ".", "", 0);
  std::sort(files.begin(), files.end());
  return files;
}

ipc::Result<std::string> FileTree::read(const std::string& name) const {
  const ipc::UniqueFd parent = open_parent(directory_.get(), name);
  if (!parent) return ipc::system_error("cannot open it", errno);
  // Without O_NONBLOCK, opening a fifo waits for somebody to write into it.
  const ipc::UniqueFd file(
      ::openat(parent.get(), base_name(name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return ipc::system_error("cannot open it", errno);
  if (!S_ISREG(status.st_mode)) return ipc::Error{ipc::Errc::invalid_path, 0, "it is no regular file"};
  if (static_cast<std::uint64_t>(status.st_size) > kLargestFile) {
    return ipc::Error{ipc::Errc::invalid_path, 0,
                      fmt::format("it has {} bytes; accepted: at most {}", status.st_size, kLargestFile)};
  }
  // A file that grows while it is read ends where it ended when it was opened.
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ipc::system_error("cannot read it", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

}  // namespace governor::ctl::records
