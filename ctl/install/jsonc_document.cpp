#include "ctl/install/jsonc_document.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "ipc/json_text.hpp"

namespace governor::ctl {
namespace {

constexpr int kDeepestJsonc = 200;

/// Cuts the text up, and remembers the first thing that is wrong.
class JsoncReader {
 public:
  explicit JsoncReader(std::string_view text) : text_(text) {}

  std::variant<JsoncValue, TextFault> read() {
    at_ = content_ = text_.size() - ipc::without_byte_order_mark(text_).size();
    JsoncValue root;
    skip();
    if (!fault_) read_value(root, 0);
    if (!fault_) skip();
    if (!fault_ && at_ < text_.size()) fail("nothing more is expected after the document");
    if (fault_) return *std::move(fault_);
    return root;
  }

 private:
  void fail(std::string what) { fail_at(at_, std::move(what)); }
  void fail_at(std::size_t offset, std::string what) {
    if (!fault_) fault_ = TextFault{std::min(offset, text_.size()), std::move(what)};
  }
  [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  /// Space and comments. `content_` is where the last comment ends, if there was one.
  void skip() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        ++at_;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
        if (at_ > 0 && at_ < text_.size() && text_[at_ - 1] == '\r') --at_;
        content_ = at_;
      } else if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return fail("this comment has no end");
        content_ = at_ = end + 2;
      } else {
        return;
      }
    }
  }

  void take(char) { content_ = ++at_; }

  void read_value(JsoncValue& value, int depth) {
    value.begin = at_;
    if (at_ >= text_.size()) return fail("a value is expected, and the text ends");
    if (depth > kDeepestJsonc) return fail("it is nested too deeply");
    switch (text_[at_]) {
      case '{':
        value.kind = JsoncValue::Kind::object;
        read_container(value, '}', depth);
        break;
      case '[':
        value.kind = JsoncValue::Kind::array;
        read_container(value, ']', depth);
        break;
      case '"':
        value.kind = JsoncValue::Kind::string;
        read_string();
        break;
      default: read_word(value);
    }
    value.end = content_ = at_;
  }

  void read_container(JsoncValue& value, char closing, int depth) {
    take(text_[at_]);
    for (;;) {
      skip();
      if (fault_) return;
      if (at(closing)) return take(closing);
      if (at_ >= text_.size()) {
        return fail_at(value.begin, std::string("this ") + text_[value.begin] + " is not closed");
      }
      if (!value.members.empty() && value.members.back().comma == std::string::npos) {
        return fail(std::string("a comma or ") + closing + " is expected");
      }
      JsoncMember member;
      member.before = content_;
      member.begin = at_;
      if (closing == '}') read_key(member);
      if (!fault_) read_value(member.value, depth + 1);
      if (fault_) return;
      skip();
      if (at(',')) {
        member.comma = at_;
        take(',');
      }
      value.members.push_back(std::move(member));
    }
  }

  void read_key(JsoncMember& member) {
    if (!at('"')) return fail("a name in double quotes is expected");
    const std::size_t begin = at_;
    read_string();
    if (fault_) return;
    boost::json::error_code failure;
    const auto name = boost::json::parse(text_.substr(begin, at_ - begin), failure);
    if (failure) return fail_at(begin, "this name is not valid");
    member.key = std::string(name.get_string());
    skip();
    if (!at(':')) return fail("a colon is expected");
    ++at_;
    skip();
  }

  void read_string() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return fail("this cannot stand in a text");
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    if (at_ >= text_.size()) return fail_at(begin, "this text has no closing quote");
    ++at_;
    boost::json::error_code failure;
    boost::json::parse(text_.substr(begin, at_ - begin), failure);
    if (failure) fail_at(begin, "this text is not valid");
  }

  void read_word(JsoncValue& value) {
    const std::size_t begin = at_;
    const auto belongs = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
             c == '-' || c == '.' || c == '_';
    };
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    boost::json::error_code failure;
    const auto parsed = boost::json::parse(text_.substr(begin, at_ - begin), failure);
    if (failure || begin == at_) return fail_at(begin, "a value is expected here");
    value.kind = parsed.is_number() ? JsoncValue::Kind::number : JsoncValue::Kind::word;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t content_ = 0;
  std::optional<TextFault> fault_;
};

}  // namespace

const JsoncMember* JsoncValue::find(std::string_view key) const {
  if (kind != Kind::object) return nullptr;
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const JsoncMember& member) { return member.key == key; });
  return found == members.end() ? nullptr : &*found;
}

std::variant<JsoncValue, TextFault> read_jsonc(std::string_view text) {
  return JsoncReader(text).read();
}

std::size_t content_end(std::string_view text, const JsoncValue& container) {
  // What stands before the closing bracket is space, or a comment's end.
  std::size_t end = container.end - 1;
  while (end > container.begin + 1 &&
         std::string_view(" \t\r\n").find(text[end - 1]) != std::string_view::npos)
    --end;
  return end;
}

std::string plain_json_text(std::string_view text, const JsoncValue& value) {
  if (value.kind != JsoncValue::Kind::object && value.kind != JsoncValue::Kind::array)
    return std::string(text.substr(value.begin, value.end - value.begin));
  const bool is_object = value.kind == JsoncValue::Kind::object;
  std::string plain(1, is_object ? '{' : '[');
  for (const JsoncMember& member : value.members) {
    if (plain.size() > 1) plain += ',';
    if (is_object) plain += boost::json::serialize(boost::json::string(member.key)) + ':';
    plain += plain_json_text(text, member.value);
  }
  return plain + (is_object ? '}' : ']');
}

}  // namespace governor::ctl
