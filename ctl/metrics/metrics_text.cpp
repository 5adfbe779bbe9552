#include "ctl/metrics/metrics_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace governor::ctl {
namespace {

namespace json = boost::json;
using Kind = MetricFamily::Kind;

std::string_view type_of(Kind kind, MetricsFormat format) {
  const bool is_older = format == MetricsFormat::prometheus;
  switch (kind) {
    case Kind::gauge: return "gauge";
    case Kind::counter: return "counter";
    case Kind::summary: return "summary";
    case Kind::info: return is_older ? "gauge" : "info";
    case Kind::state_set: return is_older ? "gauge" : "stateset";
  }
  return "unknown";
}

std::string_view ending_of_samples(Kind kind) {
  if (kind == Kind::counter) return "_total";
  return kind == Kind::info ? "_info" : "";
}

std::string escaped(std::string_view text, bool in_quotes) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '\\' || (c == '"' && in_quotes)) result += '\\';
    result += c;
  }
  return result;
}

std::string value_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

std::string labels_text(const MetricSample& sample) {
  std::string text;
  for (const auto& [name, value] : sample.labels)
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "{" : ",", name, escaped(value, true));
  return text.empty() ? text : text + '}';
}

void append_family(std::string& text, const MetricFamily& family, MetricsFormat format) {
  const std::string ending(ending_of_samples(family.kind));
  // The older format knows no families: what it describes are the samples.
  const std::string described = format == MetricsFormat::prometheus ? family.name + ending : family.name;
  text += fmt::format("# TYPE {} {}\n", described, type_of(family.kind, format));
  if (!family.unit.empty() && format == MetricsFormat::openmetrics)
    text += fmt::format("# UNIT {} {}\n", described, family.unit);
  // A quotation mark needs its escape in the newer format alone.
  text +=
      fmt::format("# HELP {} {}\n", described, escaped(family.help, format == MetricsFormat::openmetrics));
  for (const MetricSample& sample : family.samples)
    text += fmt::format("{}{}{} {}\n", family.name, ending, labels_text(sample), value_text(sample.value));
}

}  // namespace

std::string metrics_text(const Metrics& metrics, MetricsFormat format) {
  std::string text;
  for (const MetricFamily& family : metrics)
    if (!family.samples.empty()) append_family(text, family, format);
  if (format == MetricsFormat::openmetrics) text += "# EOF\n";
  return text;
}

json::array metrics_json(const Metrics& metrics) {
  json::array list;
  for (const MetricFamily& family : metrics) {
    if (family.samples.empty()) continue;
    json::array samples;
    for (const MetricSample& sample : family.samples) {
      json::object labels;
      for (const auto& [name, value] : sample.labels) labels[name] = value;
      samples.push_back(json::object{
          {"labels", std::move(labels)},
          {"value", std::isfinite(sample.value) ? json::value(sample.value) : json::value(nullptr)}});
    }
    list.push_back(json::object{{"name", family.name},
                                {"type", type_of(family.kind, MetricsFormat::openmetrics)},
                                {"unit", family.unit},
                                {"help", family.help},
                                {"samples", std::move(samples)}});
  }
  return list;
}

}  // namespace governor::ctl
