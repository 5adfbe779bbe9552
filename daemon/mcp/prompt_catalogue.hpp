#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "daemon/support/revision.hpp"

namespace governor::daemon {

/// What a prompt may be given. None is required.
struct PromptArgument {
  enum class Kind : std::uint8_t {
    agent_id,
    since  ///< a duration such as 24h, or a moment
  };

  Kind kind = Kind::agent_id;
  std::string_view name;
  std::string_view description;
};

/// The result of a tool that a prompt shows, under a heading.
struct PromptSection {
  std::string_view heading;
  std::string_view tool;
  boost::json::object arguments;
};

/// A text for a model, which its client offers as a command: what to say, and what governor knows of it. The
/// texts live as long as the program.
struct Prompt {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view task;  ///< what the model is asked for
  PromptArgument argument;
  /// `given`: the argument as it came, empty when it did not.
  std::vector<PromptSection> (*sections)(std::string_view given, std::int64_t now_us) = nullptr;
};

/// In the order in which they are listed.
std::span<const Prompt> all_prompts();

/// The prompt with this name, or null.
const Prompt* find_prompt(std::string_view name);

/// Why the argument cannot be what was given.
std::optional<core::Error> refuse_prompt_argument(const PromptArgument& argument, std::string_view given);

/// The result of prompts/list, in the form of the revision.
std::string prompt_list_json(Revision revision);

}  // namespace governor::daemon
