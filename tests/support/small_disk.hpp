#pragma once

#include <optional>
#include <string>

namespace governor::test {

/// From now on this process has mounts of its own, which go away with it and what it has started. Returns why
/// that is not possible here.
std::optional<std::string> enter_mount_namespace();

/// A file system of a few megabytes, mounted while this lives.
class SmallDisk {
 public:
  SmallDisk(std::string path, int megabytes);
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk();

  /// Leaves no byte free.
  void fill();
  void make_room();
  const std::string& path() const { return path_; }

 private:
  std::string filler() const { return path_ + "/filler"; }
  std::string path_;
};

}  // namespace governor::test
