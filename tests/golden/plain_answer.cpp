#include "tests/golden/plain_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace governor::test {

namespace json = boost::json;

namespace {

/// Members whose values are another run's, or another build's.
constexpr std::array<std::string_view, 12> kOfThisRun{
    "changes_gathered", "changes_not_durable", "connections", "mark",           "pending",  "pid", "sequence",
    "slowest",          "store_jobs",          "token",       "uptime_seconds", "watermark"};
constexpr std::size_t kDigits = 9;

bool is_of_this_run(std::string_view key, const json::value& value, const json::object& beside) {
  if (std::find(kOfThisRun.begin(), kOfThisRun.end(), key) != kOfThisRun.end() || key.ends_with("_ms"))
    return true;
  if (key == "session") return value.is_string();
  if (key == "count") return beside.contains("p50_ms");  // of waits
  if (key == "value") return beside.contains("labels");  // of a metric
  return key == "sha256" && beside.contains("rows");     // of an export, which holds moments
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

/// "12:00:00.000017Z" becomes "12:00:00Z", and 0.12345678901234 a number of nine digits.
std::string without_fine_fractions(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '.' || out.empty() || !is_digit(out.back())) {
      out += text[i];
      continue;
    }
    const std::size_t digits = digits_at(text, i + 1);
    const bool of_time = out.size() > 2 && out[out.size() - 3] == ':';
    if (of_time) {
      i += digits;
    } else if (digits > kDigits) {
      std::size_t begin = out.size();
      while (begin > 0 && is_digit(out[begin - 1])) --begin;
      std::string number = out.substr(begin) + std::string(text.substr(i, digits + 1));
      i += digits;
      if (text.substr(i + 1).starts_with("e-") || text.substr(i + 1).starts_with("e+")) {
        const std::size_t exponent = 2 + digits_at(text, i + 3);
        number += text.substr(i + 1, exponent);
        i += exponent;
      }
      out.resize(begin);
      out += fmt::format("{:.{}g}", std::strtod(number.c_str(), nullptr), kDigits);
    } else {
      out += '.';
    }
  }
  return out;
}

json::value rounded(double number) {
  return std::strtod(fmt::format("{:.{}g}", number, kDigits).c_str(), nullptr);
}

bool is_prose(std::string_view text) {
  return text.find_first_of(" \n") != std::string_view::npos;
}

}  // namespace

void PlainAnswer::replace(const std::string& given, const std::string& name) {
  names_[given] = name;
}

class PlainAnswer::Pass {
 public:
  explicit Pass(const std::map<std::string, std::string>& names) : names_(names) {}

  json::value value(const json::value& given) {
    if (given.is_object()) return object(given.get_object());
    if (given.is_array()) return array(given.get_array());
    if (given.is_string()) return text(given.get_string());
    if (given.is_double()) return rounded(given.get_double());
    return given;
  }

  json::array prose;

 private:
  json::value object(const json::object& given) {
    json::object out;
    for (const auto& [key, member] : given) {
      const bool whole = key == "content" && is_text_of_result(member, given);
      if (whole) {
        out[key] = "<the structured content as text>";
      } else {
        out[named(key)] =
            is_of_this_run(key, member, given) ? json::value("<" + std::string(key) + ">") : value(member);
      }
    }
    return out;
  }

  json::value array(const json::array& given) {
    json::array out;
    for (const json::value& member : given) out.push_back(value(member));
    return out;
  }

  json::value text(std::string_view given) {
    if (given.starts_with('{') || given.starts_with('[')) {
      json::error_code error;
      const json::value parsed = json::parse(given, error);
      if (!error) return json::object{{"<text of>", value(parsed)}};
    }
    std::string plain = without_fine_fractions(named(given));
    if (!is_prose(plain)) return json::string(plain);
    prose.emplace_back(plain);
    return json::string(fmt::format("#{}", prose.size()));
  }

  static bool is_text_of_result(const json::value& content, const json::object& result) {
    const json::value* structured = result.if_contains("structuredContent");
    if (structured == nullptr || !content.is_array() || content.get_array().size() != 1) return false;
    json::error_code error;
    return json::parse(content.at(0).at("text").as_string(), error) == *structured && !error;
  }

  [[nodiscard]] std::string named(std::string_view given) const {
    std::string text(given);
    for (auto name = names_.rbegin(); name != names_.rend(); ++name) {
      for (std::size_t at = text.find(name->first); at != std::string::npos;
           at = text.find(name->first, at + name->second.size())) {
        text.replace(at, name->first.size(), name->second);
      }
    }
    return text;
  }

  const std::map<std::string, std::string>& names_;
};

PlainAnswer::Parts PlainAnswer::of(const json::value& answer) const {
  Pass pass(names_);
  json::value meaning = pass.value(answer);
  return {std::move(meaning), std::move(pass.prose)};
}

}  // namespace governor::test
