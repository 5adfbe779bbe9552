#pragma once

#include <boost/json/object.hpp>
#include <concepts>
#include <memory>
#include <string_view>
#include <utility>

#include "core/result.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/parameter.hpp"
#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

/// The call that was made of the arguments, or what is wrong with them beyond what their table says.
class ParsedCall : public core::Result<std::unique_ptr<ToolCall>> {
 public:
  using Result::Result;
  template <std::derived_from<ToolCall> Call>
  ParsedCall(std::unique_ptr<Call> call)  // NOLINT(*-explicit-*)
      : Result(std::unique_ptr<ToolCall>(std::move(call))) {}
};

enum class Effect {
  none,        ///< it only reads
  idempotent,  ///< the same call again changes nothing more
  cumulative   ///< each call changes something
};

/// What a call is of, as far as whoever runs it needs to know. The texts live as long as the program.
struct Operation {
  std::string_view name;
  Effect effect = Effect::none;
  Parameters parameters{};
  /// Reads every argument and makes the call, also when something is wrong already: what is missing or
  /// refused reads as empty, and the call is dropped. None for what only the daemon itself does.
  ParsedCall (*read)(Arguments& arguments, const ToolEnvironment& environment) = nullptr;

  [[nodiscard]] constexpr bool is_read_only() const { return effect == Effect::none; }
  /// Precondition: `read`.
  [[nodiscard]] ParsedCall parse(const boost::json::object& given, const ToolEnvironment& environment) const;
};

}  // namespace governor::daemon
