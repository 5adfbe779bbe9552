#include "ipc/plain_json.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

namespace governor::ipc {
namespace {

namespace json = boost::json;

void append_figure(std::string& text, double number) {
  if (!std::isfinite(number)) {
    text += "null";
    return;
  }
  constexpr double kLeast = 1e-6;
  constexpr double kMost = 1e15;
  const double size = std::fabs(number);
  const bool is_handy = size == 0.0 || (size >= kLeast && size < kMost);
  std::array<char, 64> buffer;
  char* const begin = buffer.data();
  char* const end = begin + buffer.size();
  const auto written = is_handy ? std::to_chars(begin, end, number, std::chars_format::fixed)
                                : std::to_chars(begin, end, number);
  text.append(begin, written.ptr);
}

void append_plain(std::string& text, const json::value& value) {
  if (const double* number = value.if_double()) {
    append_figure(text, *number);
  } else if (const json::array* array = value.if_array()) {
    text += '[';
    for (const json::value& item : *array) {
      if (&item != &array->front()) text += ',';
      append_plain(text, item);
    }
    text += ']';
  } else if (const json::object* object = value.if_object()) {
    text += '{';
    for (const auto& member : *object) {
      if (&member != &*object->begin()) text += ',';
      text += json::serialize(json::string(member.key()));
      text += ':';
      append_plain(text, member.value());
    }
    text += '}';
  } else {
    text += json::serialize(value);
  }
}

}  // namespace

std::string plain_json(const json::value& value) {
  std::string text;
  append_plain(text, value);
  return text;
}

}  // namespace governor::ipc
