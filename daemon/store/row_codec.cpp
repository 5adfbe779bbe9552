#include "daemon/store/row_codec.hpp"

#include <bit>
#include <boost/json.hpp>
#include <cstdint>
#include <cstring>

namespace governor::daemon {
namespace {

/// Walks a row column by column, so that no index can be mistyped.
class ColumnReader {
 public:
  ColumnReader(SQLite::Statement& statement, int first) : statement_(statement), next_(first) {}
  std::int64_t integer() { return statement_.getColumn(next_++).getInt64(); }
  double real() { return statement_.getColumn(next_++).getDouble(); }
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
  /// The text must outlive the execution of the statement.
  Binder& text(const std::string& value) {
    statement_.bindNoCopy(next_++, value);
    return *this;
  }

 private:
  SQLite::Statement& statement_;
  int next_;
};

std::string encode_tags(const std::vector<std::string>& tags) {
  boost::json::array array(tags.begin(), tags.end());
  return boost::json::serialize(array);
}

std::vector<std::string> decode_tags(const std::string& text) {
  std::vector<std::string> tags;
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  if (const auto* array = error ? nullptr : value.if_array()) {
    for (const auto& tag : *array) {
      if (tag.is_string()) tags.emplace_back(tag.get_string());
    }
  }
  return tags;
}

}  // namespace

std::string placeholders(int count) {
  std::string text = "?";
  for (int i = 1; i < count; ++i) text += ", ?";
  return text;
}

void bind_record(SQLite::Statement& statement, int first, const core::UpdateRecord& r) {
  Binder bind(statement, first);
  bind.integer(static_cast<std::int64_t>(r.number)).integer(r.timestamp_us);
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
}

core::UpdateRecord read_record(SQLite::Statement& statement, int first) {
  ColumnReader read(statement, first);
  core::UpdateRecord r;
  r.number = static_cast<std::uint64_t>(read.integer());
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
  return r;
}

void bind_profile(SQLite::Statement& statement, int first, const core::AgentProfile& p) {
  Binder bind(statement, first);
  bind.integer(p.key)
      .text(p.id)
      .integer(static_cast<std::int64_t>(p.version))
      .integer(p.owner)
      .integer(p.shared);
  bind.text(p.token_hash).text(p.purpose).text(p.parent_id);
  statement.bind(first + 8, encode_tags(p.tags));
  Binder(statement, first + 9).text(p.notes).integer(p.created_us);
}

core::AgentProfile read_profile(SQLite::Statement& statement, int first) {
  ColumnReader read(statement, first);
  core::AgentProfile p;
  p.key = read.integer();
  p.id = read.text();
  p.version = static_cast<std::uint64_t>(read.integer());
  p.owner = read.integer();
  p.shared = read.flag();
  p.token_hash = read.text();
  p.purpose = read.text();
  p.parent_id = read.text();
  p.tags = decode_tags(read.text());
  p.notes = read.text();
  p.created_us = read.integer();
  return p;
}

void bind_session(SQLite::Statement& statement, int first, const core::Session& s) {
  Binder bind(statement, first);
  bind.integer(s.key).text(s.id).integer(s.resumable).integer(s.process.pid);
  bind.integer(static_cast<std::int64_t>(s.process.start_time)).text(s.process.boot_id).text(s.revision);
  bind.text(s.client_name).text(s.client_version).text(s.working_directory).text(s.tools).text(s.agent_id);
  bind.integer(s.created_us);
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
  return s;
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
