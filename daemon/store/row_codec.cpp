#include "daemon/store/row_codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <set>
#include <string_view>

namespace governor::daemon {
namespace {

/// Walks a row column by column, so that no index can be mistyped.
class ColumnReader {
 public:
  ColumnReader(SQLite::Statement& statement, int first) : statement_(statement), next_(first) {}
  std::int64_t integer() { return statement_.getColumn(next_++).getInt64(); }
  double real() { return read_figure(statement_, next_++); }
  std::string text() { return statement_.getColumn(next_++).getString(); }
  bool flag() { return integer() != 0; }

 private:
  SQLite::Statement& statement_;
  int next_;
};

class Binder {
 public:
  Binder(SQLite::Statement& statement, int first) : statement_(statement), next_(first) {}
  Binder& integer(std::int64_t value) {
    statement_.bind(next_++, value);
    return *this;
  }
  Binder& real(double value) {
    statement_.bind(next_++, value);
    return *this;
  }
  Binder& copy(const std::string& value) {
    statement_.bind(next_++, value);
    return *this;
  }
  /// The text must outlive the execution of the statement.
  Binder& text(const std::string& value) {
    statement_.bindNoCopy(next_++, value);
    return *this;
  }

 private:
  SQLite::Statement& statement_;
  int next_;
};

/// Of a container of texts.
template <class Texts>
std::string encode_texts(const Texts& texts) {
  boost::json::array array(texts.begin(), texts.end());
  return boost::json::serialize(array);
}

template <class Texts>
Texts decode_texts(const std::string& encoded) {
  Texts texts;
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(encoded, error);
  if (const auto* array = error ? nullptr : value.if_array()) {
    for (const auto& text : *array) {
      if (text.is_string()) texts.insert(texts.end(), std::string(text.get_string()));
    }
  }
  return texts;
}

}  // namespace

std::string encode_tags(const std::vector<std::string>& tags) {
  return encode_texts(tags);
}

std::vector<std::string> decode_tags(const std::string& text) {
  return decode_texts<std::vector<std::string>>(text);
}

double read_figure(SQLite::Statement& statement, int column) {
  const SQLite::Column value = statement.getColumn(column);
  return value.isNull() ? std::numeric_limits<double>::quiet_NaN() : value.getDouble();
}

std::string encode_thresholds(const std::optional<core::Thresholds>& thresholds) {
  std::string text;
  if (!thresholds) return text;
  for (const core::ThresholdField& field : core::threshold_fields())
    fmt::format_to(std::back_inserter(text), "{}={};", field.name, field.get(*thresholds));
  return text;
}

std::optional<core::Thresholds> decode_thresholds(const std::string& text) {
  if (text.empty()) return std::nullopt;
  core::Thresholds thresholds;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    const std::size_t equals = item.find('=');
    const core::ThresholdField* field = core::find_threshold(item.substr(0, equals));
    if (field == nullptr || equals == std::string_view::npos) continue;
    field->set(thresholds, std::strtod(std::string(item.substr(equals + 1)).c_str(), nullptr));
  }
  // A damaged row must not stop an agent for ever.
  return core::validate(thresholds) ? std::nullopt : std::optional(thresholds);
}

std::string placeholders(int count) {
  std::string text = "?";
  for (int i = 1; i < count; ++i) text += ", ?";
  return text;
}

void bind_record(SQLite::Statement& statement, int first, const core::UpdateRecord& r) {
  Binder bind(statement, first);
  bind.integer(static_cast<std::int64_t>(r.number)).integer(r.epoch);
  bind.integer(static_cast<std::int64_t>(r.updates)).integer(r.timestamp_us);
  bind.real(r.E).real(r.I).real(r.S).real(r.V).real(r.coherence).real(r.risk).real(r.phi);
  bind.real(r.lambda1)
      .real(r.integral)
      .real(r.time)
      .real(r.void_threshold)
      .real(r.confidence)
      .real(r.complexity);
  bind.integer(static_cast<int>(r.verdict))
      .integer(static_cast<int>(r.action))
      .integer(static_cast<int>(r.health));
  bind.integer(r.human_reasons).integer(r.void_active).integer(r.lambda1_skipped).integer(r.warnings);
  bind.integer(static_cast<std::int64_t>(r.fingerprint)).integer(r.actor);
}

core::UpdateRecord read_record(SQLite::Statement& statement, int first) {
  ColumnReader read(statement, first);
  core::UpdateRecord r;
  r.number = static_cast<std::uint64_t>(read.integer());
  r.epoch = static_cast<std::uint32_t>(read.integer());
  r.updates = static_cast<std::uint64_t>(read.integer());
  r.timestamp_us = read.integer();
  for (double* value : {&r.E, &r.I, &r.S, &r.V, &r.coherence, &r.risk, &r.phi, &r.lambda1, &r.integral,
                        &r.time, &r.void_threshold, &r.confidence, &r.complexity}) {
    *value = read.real();
  }
  r.verdict = static_cast<core::Verdict>(read.integer());
  r.action = static_cast<core::Action>(read.integer());
  r.health = static_cast<core::Health>(read.integer());
  r.human_reasons = static_cast<std::uint8_t>(read.integer());
  r.void_active = read.flag();
  r.lambda1_skipped = read.flag();
  r.warnings = static_cast<std::uint8_t>(read.integer());
  r.fingerprint = static_cast<std::uint64_t>(read.integer());
  r.actor = read.integer();
  return r;
}

void bind_profile(SQLite::Statement& statement, int first, const core::AgentProfile& p) {
  Binder bind(statement, first);
  bind.integer(p.key)
      .text(p.id)
      .integer(static_cast<std::int64_t>(p.version))
      .integer(p.owner)
      .integer(p.owner_since_us)
      .integer(p.shared);
  bind.text(p.token_hash).text(p.purpose).text(p.parent_id);
  bind.copy(encode_texts(p.tags)).text(p.notes).integer(p.created_us);
  bind.integer(static_cast<int>(p.status)).text(p.status_reason).integer(p.status_since_us).integer(p.pinned);
  bind.integer(p.epoch)
      .integer(static_cast<std::int64_t>(p.epoch_start))
      .copy(encode_thresholds(p.thresholds));
  bind.integer(static_cast<int>(p.loop.kind)).integer(p.loop.since_us);
  bind.integer(static_cast<std::int64_t>(p.loop.fingerprint));
  bind.integer(p.loop.cooldown_us).integer(p.loop.cooldown_until_us).integer(p.ordered);
}

core::AgentProfile read_profile(SQLite::Statement& statement, int first) {
  ColumnReader read(statement, first);
  core::AgentProfile p;
  p.key = read.integer();
  p.id = read.text();
  p.version = static_cast<std::uint64_t>(read.integer());
  p.owner = read.integer();
  p.owner_since_us = read.integer();
  p.shared = read.flag();
  p.token_hash = read.text();
  p.purpose = read.text();
  p.parent_id = read.text();
  p.tags = decode_tags(read.text());
  p.notes = read.text();
  p.created_us = read.integer();
  p.status = static_cast<core::Lifecycle>(read.integer());
  p.status_reason = read.text();
  p.status_since_us = read.integer();
  p.pinned = read.flag();
  p.epoch = static_cast<std::uint32_t>(read.integer());
  p.epoch_start = static_cast<std::uint64_t>(read.integer());
  p.thresholds = decode_thresholds(read.text());
  p.loop.kind = static_cast<core::LoopKind>(read.integer());
  p.loop.since_us = read.integer();
  p.loop.fingerprint = static_cast<std::uint64_t>(read.integer());
  p.loop.cooldown_us = read.integer();
  p.loop.cooldown_until_us = read.integer();
  p.ordered = static_cast<std::uint8_t>(read.integer());
  return p;
}

void bind_session(SQLite::Statement& statement, int first, const core::Session& s) {
  Binder bind(statement, first);
  bind.integer(s.key).text(s.id).integer(s.resumable).integer(s.process.pid);
  bind.integer(static_cast<std::int64_t>(s.process.start_time)).text(s.process.boot_id).text(s.revision);
  bind.text(s.client_name).text(s.client_version).text(s.working_directory).text(s.tools).text(s.agent_id);
  bind.integer(s.created_us).integer(s.introduced).copy(encode_texts(s.subscriptions));
}

core::Session read_session(SQLite::Statement& statement, int first) {
  ColumnReader read(statement, first);
  core::Session s;
  s.key = read.integer();
  s.id = read.text();
  s.resumable = read.flag();
  s.process.pid = read.integer();
  s.process.start_time = static_cast<std::uint64_t>(read.integer());
  s.process.boot_id = read.text();
  s.revision = read.text();
  s.client_name = read.text();
  s.client_version = read.text();
  s.working_directory = read.text();
  s.tools = read.text();
  s.agent_id = read.text();
  s.created_us = read.integer();
  s.introduced = read.integer();
  s.subscriptions = decode_texts<std::set<std::string>>(read.text());
  return s;
}

void bind_alert(SQLite::Statement& statement, int first, const core::Alert& a) {
  Binder bind(statement, first);
  bind.integer(a.key).text(a.cause).integer(static_cast<int>(a.kind)).integer(static_cast<int>(a.severity));
  bind.text(a.agent_id)
      .text(a.message)
      .integer(a.raised_us)
      .integer(a.resolved_us)
      .integer(a.acknowledged_us);
  bind.text(a.acknowledged_by).text(a.note);
}

core::Alert read_alert(SQLite::Statement& statement, int first) {
  ColumnReader read(statement, first);
  core::Alert a;
  a.key = read.integer();
  a.cause = read.text();
  a.kind = static_cast<core::AlertKind>(read.integer());
  a.severity = static_cast<core::AlertSeverity>(read.integer());
  a.agent_id = read.text();
  a.message = read.text();
  a.raised_us = read.integer();
  a.resolved_us = read.integer();
  a.acknowledged_us = read.integer();
  a.acknowledged_by = read.text();
  a.note = read.text();
  return a;
}

static_assert(std::endian::native == std::endian::little, "blobs of doubles are little-endian");

std::string encode_doubles(const std::vector<double>& values) {
  std::string bytes(values.size() * sizeof(double), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<double> decode_doubles(const void* data, std::size_t bytes) {
  std::vector<double> values(bytes / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), data, values.size() * sizeof(double));
  return values;
}

}  // namespace governor::daemon
