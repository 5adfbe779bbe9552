#include "ipc/message_outline.hpp"

#include "ipc/json_text.hpp"

namespace governor::ipc {
namespace {

bool is_json_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_of_line_number(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_of_byte_order_mark(char c) noexcept {
  return c == '\xEF' || c == '\xBB' || c == '\xBF';
}

}  // namespace

void MessageOutline::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (place_ == Place::lost || place_ == Place::after) return;
    put(c);
  }
}

void MessageOutline::put(char c) {
  if (in_string_) {
    put_in_string(c);
  } else if (depth_ <= 1) {
    put_at_top(c);
  } else if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if ((c == '}' || c == ']') && --depth_ == 1) {
    end_value();
  }
}

void MessageOutline::put_in_string(char c) {
  keep(c);
  if (escaped_) {
    escaped_ = false;
  } else if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    in_string_ = false;
    if (depth_ > 1) return;
    place_ == Place::key ? end_key() : end_value();
  }
}

void MessageOutline::put_at_top(char c) {
  if (place_ == Place::scalar && !is_json_blank(c) && c != ',' && c != '}') {
    keep(c);
    return;
  }
  if (place_ == Place::scalar) end_value();
  if (is_json_blank(c)) return;
  switch (place_) {
    case Place::before:
      if (c == '{') {
        depth_ = 1;
        place_ = Place::key;
      } else if (is_of_line_number(c)) {
        is_numbered_ = true;
      } else if (!is_of_byte_order_mark(c)) {
        place_ = Place::lost;
      }
      return;
    case Place::key:
      if (c == '"') {
        in_string_ = keeping_ = true;
        token_ = c;
      } else {
        place_ = c == '}' ? Place::after : Place::lost;
      }
      return;
    case Place::colon: place_ = c == ':' ? Place::value : Place::lost; return;
    case Place::value: begin_value(c); return;
    case Place::comma: place_ = c == ',' ? Place::key : c == '}' ? Place::after : Place::lost; return;
    case Place::scalar:
    case Place::after:
    case Place::lost: return;
  }
}

void MessageOutline::begin_value(char c) {
  keeping_ = is_id_;
  token_.clear();
  keep(c);
  if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    depth_ = 2;
  } else {
    place_ = c == ',' || c == '}' || c == ']' ? Place::lost : Place::scalar;
  }
}

void MessageOutline::end_key() {
  is_id_ = token_ == "\"id\"";
  has_method_ = has_method_ || token_ == "\"method\"";
  has_outcome_ = has_outcome_ || token_ == "\"result\"" || token_ == "\"error\"";
  place_ = Place::colon;
}

void MessageOutline::end_value() {
  if (is_id_) {
    // Of several the last one counts, as the parser has it.
    has_id_ = true;
    id_ = keeping_ && (is_json_string(token_) || is_json_integer(token_)) ? token_ : std::string();
  }
  keeping_ = is_id_ = false;
  place_ = Place::comma;
}

void MessageOutline::keep(char c) {
  if (!keeping_) return;
  if (token_.size() < kMaxToken) {
    token_ += c;
  } else {
    keeping_ = false;  // too long to be an id, or a key that is looked for
    token_.clear();
  }
}

std::string_view MessageOutline::request_id() const {
  if (has_outcome_ && !has_method_) return {};
  return id_;
}

bool MessageOutline::expects_answer() const {
  if (depth_ == 0) return place_ == Place::lost || is_numbered_;
  if (has_outcome_ && !has_method_) return false;
  return has_id_ || place_ != Place::after;
}

}  // namespace governor::ipc
