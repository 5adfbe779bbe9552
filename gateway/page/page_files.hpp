#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "gateway/http/response.hpp"

namespace governor::gateway {

/// One file of the page, as it is in the program.
struct PageFile {
  std::string_view path;  ///< as it is asked for; `/index.html` also as `/`
  std::string_view content;
};

std::span<const PageFile> page_files();

/// The file at a path, which must be one of theirs as it is: no other is looked for anywhere.
std::optional<Response> page_file(std::string_view path);

}  // namespace governor::gateway
