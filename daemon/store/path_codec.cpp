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
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace governor::daemon
