#include "daemon/store/path_codec.hpp"

#include <boost/json.hpp>
#include <cstdint>
#include <string_view>

namespace governor::daemon {
namespace {

std::uint64_t number_of(const boost::json::object& item, std::string_view key) {
  const auto* value = item.if_contains(key);
  boost::json::error_code error;
  const auto number = value != nullptr ? value->to_number<std::uint64_t>(error) : 0;
  return error ? 0 : number;
}

std::string text_of(const boost::json::object& item, std::string_view key) {
  const auto* value = item.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

boost::json::object git_object(const core::RepositoryPath& path) {
  boost::json::object item;
  item["repository"] = path.repository;
  item["worktree"] = path.worktree.top;
  if (!path.worktree.branch.empty()) item["branch"] = path.worktree.branch;
  item[path.path.is_literal() ? "path" : "glob"] = path.path.text();
  return item;
}

core::RepositoryPath repository_path(const boost::json::object& item) {
  core::RepositoryPath path;
  path.repository = text_of(item, "repository");
  path.worktree = {text_of(item, "worktree"), text_of(item, "branch")};
  path.path = item.contains("glob") ? core::PathPattern::glob(text_of(item, "glob"))
                                    : core::PathPattern::literal(text_of(item, "path"));
  return path;
}

boost::json::object shared_object(const core::SharedPath& path) {
  boost::json::object item;
  item["workspace"] = path.workspace;
  item[path.path.is_literal() ? "path" : "glob"] = path.path.text();
  return item;
}

core::SharedPath shared_path(const boost::json::object& item) {
  return {text_of(item, "workspace"), item.contains("glob")
                                          ? core::PathPattern::glob(text_of(item, "glob"))
                                          : core::PathPattern::literal(text_of(item, "path"))};
}

}  // namespace

std::string encode_paths(const std::vector<core::LeasePath>& paths) {
  boost::json::array array;
  for (const core::LeasePath& path : paths) {
    boost::json::object item;
    item[path.pattern.is_literal() ? "path" : "glob"] = path.pattern.text();
    if (!path.spelled.empty()) item["spelled"] = path.spelled;
    if (path.inode != 0) {
      item["device"] = path.device;
      item["inode"] = path.inode;
    }
    if (path.in_repository.is_known()) item["git"] = git_object(path.in_repository);
    if (path.shared.is_known()) item["shared"] = shared_object(path.shared);
    array.push_back(std::move(item));
  }
  return boost::json::serialize(array);
}

std::vector<core::LeasePath> decode_paths(const std::string& text) {
  std::vector<core::LeasePath> paths;
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  const auto* array = error ? nullptr : value.if_array();
  if (array == nullptr) return paths;
  for (const auto& entry : *array) {
    const auto* item = entry.if_object();
    if (item == nullptr) continue;
    core::LeasePath path;
    if (const auto* literal = item->if_contains("path"); literal != nullptr && literal->is_string()) {
      path.pattern = core::PathPattern::literal(std::string(literal->get_string()));
    } else if (const auto* glob = item->if_contains("glob"); glob != nullptr && glob->is_string()) {
      path.pattern = core::PathPattern::glob(std::string(glob->get_string()));
    } else {
      continue;
    }
    if (const auto* spelled = item->if_contains("spelled"); spelled != nullptr && spelled->is_string())
      path.spelled = std::string(spelled->get_string());
    path.device = number_of(*item, "device");
    path.inode = number_of(*item, "inode");
    if (const auto* git = item->if_contains("git"); git != nullptr && git->is_object())
      path.in_repository = repository_path(git->get_object());
    if (const auto* shared = item->if_contains("shared"); shared != nullptr && shared->is_object())
      path.shared = shared_path(shared->get_object());
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace governor::daemon
