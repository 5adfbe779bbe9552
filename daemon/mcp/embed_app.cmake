# Writes a page into a C++ source: cmake -DPAGE=... -DOUTPUT=... -P embed_app.cmake
file(READ ${PAGE} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "// Made by embed_app.cmake of the page of the app.
#include \"daemon/mcp/app_view.hpp\"

namespace governor::daemon {
namespace {

constexpr unsigned char kPage[] = {${bytes}0};

}  // namespace

std::string_view fleet_app_html() {
  return {reinterpret_cast<const char*>(kPage), sizeof kPage - 1};
}

}  // namespace governor::daemon
")
