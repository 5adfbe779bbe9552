#include "daemon/tools/parameter.hpp"

#include <fmt/format.h>

namespace governor::daemon {
namespace {

using Type = Parameter::Type;

void write_text_limits(JsonWriter& json, const Parameter& parameter) {
  json.field("type", "string");
  if (parameter.type == Type::text && parameter.min_count != 0)
    json.field("minLength", static_cast<std::uint64_t>(parameter.min_count));
  if (!parameter.pattern.empty()) {
    json.field("pattern", parameter.pattern);
  } else if (!parameter.is_quiet && parameter.max_bytes != 0) {
    json.field("maxLength", static_cast<std::uint64_t>(parameter.max_bytes));
  }
}

void write_integer_limits(JsonWriter& json, const Parameter& parameter) {
  json.field("type", "integer");
  if (parameter.is_quiet) return;
  json.field("minimum", parameter.least);
  if (parameter.most < kMostExact) json.field("maximum", parameter.most);
}

void write_number_limits(JsonWriter& json, const Parameter& parameter) {
  if (parameter.takes_null) {
    json.key("type").begin_array().value("number").value("null").end_array();
  } else {
    json.field("type", "number");
  }
  if (parameter.is_quiet || parameter.highest == kAnyNumber) return;
  json.field("minimum", parameter.lowest).field("maximum", parameter.highest);
}

void write_words(JsonWriter& json, const Parameter& parameter) {
  json.key("enum").begin_array();
  for_each_word(parameter, [&](std::string_view word) {
    json.value(word);
    return true;
  });
  json.end_array();
}

/// Numbers are counted only when they are read: nobody gives as many as the limit, and their schema is read
/// by every model.
void write_numbers(JsonWriter& json, const Parameter& parameter) {
  json.field("type", "array");
  if (parameter.is_quiet) return;
  json.key("items").begin_object();
  write_number_limits(json, parameter);
  json.end_object();
}

void write_texts(JsonWriter& json, const Parameter& parameter) {
  json.field("type", "array").key("items").begin_object();
  write_text_limits(json, parameter);
  json.end_object();
  if (parameter.min_count != 0) json.field("minItems", static_cast<std::uint64_t>(parameter.min_count));
  if (!parameter.is_quiet) json.field("maxItems", static_cast<std::uint64_t>(parameter.max_count));
  if (parameter.type == Type::agent_ids) json.field("uniqueItems", true);
}

void write_type(JsonWriter& json, const Parameter& parameter) {
  switch (parameter.type) {
    case Type::text:
    case Type::moment:
    case Type::agent_id: write_text_limits(json, parameter); break;
    case Type::agent_ids:
    case Type::texts: write_texts(json, parameter); break;
    case Type::integer: write_integer_limits(json, parameter); break;
    case Type::number: write_number_limits(json, parameter); break;
    case Type::numbers: write_numbers(json, parameter); break;
    case Type::flag: json.field("type", "boolean"); break;
    case Type::choice: write_words(json, parameter); break;
    case Type::object: json.field("type", "object"); break;
    case Type::figures:
      json.field("type", "object").key("additionalProperties").begin_object();
      json.field("type", "number").end_object();
      break;
    case Type::anything: break;
  }
}

void write_parameter(JsonWriter& json, const Parameter& parameter) {
  json.key(parameter.name).begin_object();
  write_type(json, parameter);
  if (parameter.has_default && !parameter.is_quiet) {
    if (parameter.type == Type::flag) {
      json.field("default", parameter.default_number != 0);
    } else if (parameter.type == Type::choice) {
      json.field("default", parameter.default_word);
    } else {
      json.field("default", parameter.default_number);
    }
  }
  if (!parameter.description.empty()) json.field("description", parameter.description);
  json.end_object();
}

}  // namespace

std::string range_text(const Parameter& parameter) {
  if (parameter.highest == kAnyNumber) return "a finite number";
  return fmt::format("a number from {} to {}", parameter.lowest, parameter.highest);
}

std::string taken_by(const Parameter& parameter) {
  switch (parameter.type) {
    case Type::text: return fmt::format("a text of at most {} bytes", parameter.max_bytes);
    case Type::moment: return "a moment such as 2026-01-31T12:00:00Z";
    case Type::agent_id: return "a text of 1 to 128 characters of A-Z a-z 0-9 . _ -";
    case Type::agent_ids:
      return fmt::format("a list of {} to {} agent ids", parameter.min_count, parameter.max_count);
    case Type::texts:
      return fmt::format("a list of at most {} texts of at most {} bytes", parameter.max_count,
                         parameter.max_bytes);
    case Type::integer: return fmt::format("a whole number from {} to {}", parameter.least, parameter.most);
    case Type::number: return range_text(parameter);
    case Type::numbers: return fmt::format("a list of at most {} numbers", parameter.max_count);
    case Type::flag: return "true or false";
    case Type::choice: {
      std::string text = "one of ";
      for_each_word(parameter, [&](std::string_view word) {
        if (word.data() != parameter.words.data()) text += ", ";
        text += word;
        return true;
      });
      return text;
    }
    case Type::object:
    case Type::figures: return "an object";
    case Type::anything: break;
  }
  return "a value";
}

void write_input_schema(JsonWriter& json, Parameters parameters) {
  json.begin_object().field("type", "object");
  bool any_required = false;
  if (!parameters.empty()) {
    json.key("properties").begin_object();
    for (const Parameter& parameter : parameters) {
      write_parameter(json, parameter);
      any_required |= parameter.absence != Parameter::Absence::allowed;
    }
    json.end_object();
  }
  if (any_required) {
    json.key("required").begin_array();
    for (const Parameter& parameter : parameters)
      if (parameter.absence != Parameter::Absence::allowed) json.value(parameter.name);
    json.end_array();
  }
  json.field("additionalProperties", false).end_object();
}

}  // namespace governor::daemon
