#include "gateway/page/page_files.hpp"

#include <array>
#include <string>
#include <utility>

namespace governor::gateway {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string_view type_of(std::string_view path) {
  for (const auto& [ending, type] : kTypes)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

}  // namespace

std::optional<Response> page_file(std::string_view path) {
  if (path == "/") path = "/index.html";
  for (const PageFile& file : page_files()) {
    if (file.path != path) continue;
    Response response;
    response.content_type = type_of(path);
    response.body = std::string(file.content);
    // A newer program may have newer files under the same names.
    response.cache_control = "no-cache";
    return response;
  }
  return std::nullopt;
}

}  // namespace governor::gateway
