#include <boost/json.hpp>
#include <string>
#include <variant>

#include "ctl/install/jsonc_document.hpp"
#include "ctl/install/toml_lines.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {

/// A file of a client's settings, which is to be changed without anything being lost.
void settings_file(std::string_view input) {
  const auto document = ctl::read_jsonc(input);
  if (const auto* value = std::get_if<ctl::JsoncValue>(&document)) {
    expect(value->begin <= value->end && value->end <= input.size(), "a value lies in its text");
    const std::string plain = ctl::plain_json_text(input, *value);
    boost::system::error_code failure;
    boost::json::parse_options options;
    options.max_depth = 1000;
    static_cast<void>(boost::json::parse(plain, failure, {}, options));
  } else {
    expect(std::get<ctl::TextFault>(document).offset <= input.size(), "a fault lies in the text");
  }
  const auto toml = ctl::read_toml(input);
  if (const auto* statements = std::get_if<std::vector<ctl::TomlStatement>>(&toml)) {
    for (const ctl::TomlStatement& statement : *statements) {
      expect(statement.begin <= statement.end && statement.end <= input.size(),
             "a statement lies in its text");
      if (statement.kind != ctl::TomlStatement::Kind::assignment) continue;
      const std::string_view value =
          input.substr(statement.value_begin, statement.end - statement.value_begin);
      if (statement.is_string) static_cast<void>(ctl::toml_text(value));
    }
  } else {
    expect(std::get<ctl::TextFault>(toml).offset <= input.size(), "a fault lies in the text");
  }
}

}  // namespace governor::fuzz
