#pragma once

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string_view>

#include "tests/ctl/fake_daemon.hpp"

namespace governor::ctl::test {

/// Answers tools/call; everything else stays unanswered.
inline FakeDaemon::Answer tools(std::function<std::optional<boost::json::value>(
                                    std::string_view tool, const boost::json::object& arguments)>
                                    answer) {
  return
      [answer = std::move(answer)](std::string_view method,
                                   const boost::json::object& params) -> std::optional<boost::json::value> {
        if (method != "tools/call") return std::nullopt;
        return answer(params.at("name").as_string(), params.at("arguments").as_object());
      };
}

}  // namespace governor::ctl::test
