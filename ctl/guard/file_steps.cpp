#include "ctl/guard/file_steps.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "ipc/replace_file.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl {

namespace {

constexpr std::size_t kLargestHookFile = 8 * 1024 * 1024;

ipc::Result<void> make_directory_of(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failure);
  if (failure) return ipc::system_error("cannot make the directory of " + path, failure.value());
  return {};
}

ipc::Result<void> run_step(const FileStep& step) {
  const bool comes_to_be = step.kind == FileStep::Kind::write || step.kind == FileStep::Kind::rename ||
                           step.kind == FileStep::Kind::link;
  if (comes_to_be) {
    if (auto made = make_directory_of(step.path); !made) return made.error();
  }
  switch (step.kind) {
    case FileStep::Kind::link:
      if (::symlink(step.from.c_str(), step.path.c_str()) == 0 || errno == EEXIST) return {};
      return ipc::system_error("cannot make the link " + step.path, errno);
    case FileStep::Kind::write:
      return ipc::replace_file(step.path, step.text, step.mode, ipc::Durability::content);
    case FileStep::Kind::rename:
      if (::rename(step.from.c_str(), step.path.c_str()) == 0) return {};
      return ipc::system_error("cannot rename " + step.from + " to " + step.path, errno);
    case FileStep::Kind::remove:
      if (::unlink(step.path.c_str()) == 0) return {};
      return ipc::system_error("cannot remove " + step.path, errno);
    case FileStep::Kind::remove_if_empty: ::rmdir(step.path.c_str()); return {};
  }
  return {};
}

}  // namespace

ipc::Result<void> run_steps(const std::vector<FileStep>& steps) {
  for (const FileStep& step : steps)
    if (auto done = run_step(step); !done) return done.error();
  return {};
}

ipc::Result<std::optional<std::string>> read_if_there(const std::string& path) {
  const ipc::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::optional<std::string>();
  if (!file) return ipc::system_error("cannot read " + path, errno);
  std::string text;
  for (char buffer[64 * 1024];;) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0) return ipc::system_error("cannot read " + path, errno);
    if (count == 0) return std::optional(std::move(text));
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kLargestHookFile)
      return ipc::Error{ipc::Errc::protocol_error, 0, path + " is longer than 8 MiB"};
  }
}

bool is_there(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0;
}

mode_t mode_of(const std::string& path, mode_t otherwise) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : otherwise;
}

}  // namespace governor::ctl
