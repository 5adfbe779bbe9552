#include "tests/ctl/metrics/openmetrics.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <set>
#include <stdexcept>

namespace governor::test {
namespace {

using Labels = std::map<std::string, std::string>;

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_name(std::string_view text, bool may_have_colons) {
  if (text.empty() || !(is_letter(text[0]) || (may_have_colons && text[0] == ':'))) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || (may_have_colons && c == ':');
  });
}

/// What each type lets its samples end in.
const std::map<std::string, std::set<std::string>>& endings() {
  static const std::map<std::string, std::set<std::string>> all{
      {"counter", {"_total", "_created"}},
      {"gauge", {""}},
      {"gaugehistogram", {"_bucket", "_gcount", "_gsum"}},
      {"histogram", {"_bucket", "_count", "_created", "_sum"}},
      {"info", {"_info"}},
      {"stateset", {""}},
      {"summary", {"", "_count", "_created", "_sum"}},
      {"unknown", {""}}};
  return all;
}

class Reader {
 public:
  OpenMetrics read(std::string_view text) {
    if (!text.ends_with("# EOF\n")) fail("the text does not end with # EOF and a line end");
    text.remove_suffix(std::string_view("# EOF\n").size());
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      line_ = text.substr(0, end);
      if (end == std::string_view::npos) fail("a line without an end");
      text.remove_prefix(end + 1);
      if (line_.empty()) fail("an empty line");
      line_.starts_with('#') ? read_description() : read_sample();
    }
    line_ = "(at the end)";
    check_names();
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw std::runtime_error(why + ": " + std::string(line_));
  }

  std::string_view take_word(std::string_view& rest) const {
    const std::size_t end = rest.find(' ');
    if (end == std::string_view::npos || end == 0) fail("a word and a single space are missing");
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return word;
  }

  void read_description() {
    std::string_view rest = line_;
    if (take_word(rest) != "#") fail("no comments are allowed");
    const std::string what(take_word(rest));
    const std::string name(take_word(rest));
    if (!is_name(name, false)) fail("a name that is none");
    if (result_.families.empty() || result_.families.back().name != name) begin_family(name);
    OpenMetrics::Family& family = result_.families.back();
    if (!family.samples.empty()) fail("a description behind the samples");
    if (!described_.insert(what).second) fail("a second description");
    if (what == "TYPE") {
      if (endings().count(std::string(rest)) == 0) fail("no type");
      family.type = rest;
    } else if (what == "UNIT") {
      if (!is_name(rest, false) || !name.ends_with("_" + std::string(rest)))
        fail("a unit in which the name does not end");
      family.unit = rest;
    } else if (what == "HELP") {
      family.help = unescaped(rest);
      if (family.help.empty()) fail("a help that says nothing");
    } else {
      fail("no comments are allowed");
    }
  }

  void begin_family(const std::string& name) {
    if (!seen_.insert(name).second) fail("a family in two pieces");
    result_.families.emplace_back();
    result_.families.back().name = name;
    described_.clear();
    labels_.clear();
  }

  std::string unescaped(std::string_view text) const {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"') fail("a quotation mark without an escape");
      if (text[i] != '\\') {
        plain += text[i];
        continue;
      }
      if (++i == text.size()) fail("a backslash at the end");
      if (text[i] == 'n') {
        plain += '\n';
      } else if (text[i] == '\\' || text[i] == '"') {
        plain += text[i];
      } else {
        fail("an escape that is none");
      }
    }
    return plain;
  }

  void read_sample() {
    std::string_view rest = line_;
    const std::size_t end = rest.find_first_of("{ ");
    if (end == std::string_view::npos) fail("a sample without a value");
    OpenMetrics::Sample sample;
    sample.name = rest.substr(0, end);
    if (!is_name(sample.name, false)) fail("a name that is none");
    rest.remove_prefix(end);
    if (rest.starts_with('{')) sample.labels = read_labels(rest);
    if (!rest.starts_with(' ')) fail("no single space before the value");
    rest.remove_prefix(1);
    sample.value = number(rest);
    put(std::move(sample));
  }

  Labels read_labels(std::string_view& rest) const {
    Labels labels;
    rest.remove_prefix(1);
    while (!rest.starts_with('}')) {
      if (!labels.empty()) {
        if (!rest.starts_with(',')) fail("no comma between labels");
        rest.remove_prefix(1);
      }
      const std::size_t equals = rest.find("=\"");
      if (equals == std::string_view::npos) fail("a label without a value");
      const std::string name(rest.substr(0, equals));
      if (!is_name(name, false) || name.starts_with("__")) fail("a label's name that is none");
      rest.remove_prefix(equals + 2);
      std::size_t close = 0;
      while (close < rest.size() && rest[close] != '"') close += rest[close] == '\\' ? 2 : 1;
      if (close >= rest.size()) fail("a label's value without an end");
      if (!labels.emplace(name, unescaped(rest.substr(0, close))).second) fail("a label twice");
      rest.remove_prefix(close + 1);
    }
    if (labels.empty()) fail("braces without labels");
    rest.remove_prefix(1);
    return labels;
  }

  double number(std::string_view text) const {
    const std::string word(text);
    if (word == "NaN") return std::nan("");
    if (word == "+Inf") return HUGE_VAL;
    if (word == "-Inf") return -HUGE_VAL;
    if (word.empty() || word.find_first_not_of("0123456789+-.eE") != std::string::npos) fail("no number");
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    if (*end != '\0') fail("no number");
    return value;
  }

  void put(OpenMetrics::Sample sample) {
    OpenMetrics::Family* family = result_.families.empty() ? nullptr : &result_.families.back();
    if (family == nullptr || !sample.name.starts_with(family->name)) fail("a sample of no family");
    const std::string ending = sample.name.substr(family->name.size());
    if (endings().at(family->type).count(ending) == 0) fail("an ending that this type has not");
    if (described_.count("TYPE") + described_.count("HELP") < 2) fail("a family without type and help");
    Labels with_name = sample.labels;
    with_name["__name__"] = sample.name;
    if (!labels_.insert(with_name).second) fail("the same sample twice");
    check_value(*family, sample, ending);
    family->samples.push_back(std::move(sample));
  }

  void check_value(const OpenMetrics::Family& family, const OpenMetrics::Sample& sample,
                   const std::string& ending) const {
    const double value = sample.value;
    const bool has_unit = !family.unit.empty();
    if (family.type == "counter" && !(value >= 0 && std::isfinite(value))) fail("no count");
    if (family.type == "info" && (value != 1 || has_unit)) fail("an info is 1 and without a unit");
    if (family.type == "stateset") {
      if ((value != 0 && value != 1) || has_unit) fail("a state is 0 or 1 and without a unit");
      if (sample.labels.count(family.name) != 1) fail("a state is a label called as its family");
    }
    if (family.type == "summary" && ending.empty()) {
      const auto quantile = sample.labels.find("quantile");
      if (quantile == sample.labels.end()) fail("a share of a summary without quantile");
      const double share = number(quantile->second);
      if (!(share >= 0 && share <= 1)) fail("a quantile is from 0 to 1");
      // As all write them, so that the same share is the same label everywhere.
      if (quantile->second.find('.') == std::string::npos) fail("a quantile is written with a point");
      if (value < 0) fail("a negative share");
    }
  }

  /// A sample of one family must not be called as another family.
  void check_names() const {
    for (const OpenMetrics::Family& family : result_.families) {
      for (const std::string& ending : endings().at(family.type))
        if (!ending.empty() && result_.find(family.name + ending) != nullptr)
          fail(family.name + " and " + family.name + ending + " cannot both be");
      for (const char* reserved : {"_total", "_created", "_info", "_bucket", "_sum", "_count"})
        if (family.name.ends_with(reserved)) fail("a family ends as only samples may, " + family.name);
      if (family.samples.empty()) fail("a family without samples, " + family.name);
    }
  }

  std::string_view line_ = "(the whole)";
  OpenMetrics result_;
  std::set<std::string> seen_;
  std::set<std::string> described_;  ///< what was said of the last family
  std::set<Labels> labels_;
};

}  // namespace

OpenMetrics OpenMetrics::read(std::string_view text) {
  return Reader().read(text);
}

const OpenMetrics::Family* OpenMetrics::find(std::string_view name) const {
  const auto found = std::find_if(families.begin(), families.end(),
                                  [&](const Family& family) { return family.name == name; });
  return found == families.end() ? nullptr : &*found;
}

double OpenMetrics::value(std::string_view name, const std::map<std::string, std::string>& labels) const {
  const Sample* found = nullptr;
  for (const Family& family : families) {
    for (const Sample& sample : family.samples) {
      const bool has_all = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
        const auto of_sample = sample.labels.find(label.first);
        return of_sample != sample.labels.end() && of_sample->second == label.second;
      });
      if (sample.name != name || !has_all) continue;
      if (found != nullptr) throw std::runtime_error(std::string(name) + " is there more than once");
      found = &sample;
    }
  }
  if (found == nullptr) throw std::runtime_error(std::string(name) + " is not there");
  return found->value;
}

}  // namespace governor::test
