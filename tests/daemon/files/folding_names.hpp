#pragma once

#include <map>
#include <string>
#include <utility>

#include "daemon/files/fold_name.hpp"
#include "daemon/files/name_lookup.hpp"

namespace governor::daemon::test {

/// A file system that ignores case and Unicode form below `/Disk`, as those of macOS do. `says_so` false: it
/// only behaves so, as network ones do.
class FoldingNames final : public NameLookup {
 public:
  explicit FoldingNames(bool says_so = true) : says_so_(says_so) {
    add("/Disk", Kind::directory);
    add("/home", Kind::directory);
  }

  void add(const std::string& path, Kind kind = Kind::file, std::uint64_t inode = 0,
           std::uint64_t links = 1) {
    Node node;
    node.path = path;
    const std::uint64_t device = path.starts_with("/Disk/") ? 2 : 1;
    node.entry = {kind, {device, inode != 0 ? inode : ++inodes_, links}, 0};
    nodes_[key(path)] = node;
  }
  void link(const std::string& path, const std::string& target) {
    add(path, Kind::symlink);
    nodes_[key(path)].target = target;
  }

  Entry look(const std::string& path) override {
    const auto found = nodes_.find(key(path));
    return found == nodes_.end() ? Entry{} : found->second.entry;
  }
  std::string target(const std::string& path) override { return nodes_[key(path)].target; }
  bool folds_names(const std::string& directory) override {
    return says_so_ && (directory == "/Disk" || directory.starts_with("/Disk/"));
  }
  std::string spelling(const std::string& directory, const std::string& name) override {
    const auto found = nodes_.find(key(directory + "/" + name));
    return found == nodes_.end() ? name : found->second.path.substr(found->second.path.rfind('/') + 1);
  }

 private:
  struct Node {
    std::string path;
    std::string target;
    Entry entry;
  };
  static std::string key(const std::string& path) {
    return path.starts_with("/Disk/") ? "/Disk/" + fold_name(path.substr(6)) : path;
  }

  bool says_so_;
  std::uint64_t inodes_ = 100;
  std::map<std::string, Node> nodes_;
};

}  // namespace governor::daemon::test
