#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/mcp/extension.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::conformance {

/// One red pixel, as PNG, and a tenth of a second of silence, as WAV; base64.
inline constexpr std::string_view kPicture =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
inline constexpr std::string_view kSound = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

/// A call that answers this.
std::unique_ptr<daemon::ToolCall> fixed_answer(std::string result);
/// `{"text": ...}`, which `text_of` shows.
std::unique_ptr<daemon::ToolCall> text_answer(std::string_view text);
std::string text_of(const boost::json::object& result);

/// A tool of the suite, listed with governor's of the group server. The texts live as long as the program.
daemon::Tool fixture_tool(std::string_view name, std::string_view description, daemon::Parameters parameters,
                          daemon::ParsedCall (*read)(daemon::Arguments&, const daemon::ToolEnvironment&));

/// The result of a request that is no call of a tool, in the form of its revision: the fields of `more` come
/// after those that every result has.
daemon::Action result_action(const daemon::ExtensionRequest& given, boost::json::object more);

}  // namespace governor::conformance
