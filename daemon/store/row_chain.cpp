#include "daemon/store/row_chain.hpp"

#include <nettle/sha2.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "daemon/store/statement_use.hpp"

namespace governor::daemon {
namespace {

class Bytes {
 public:
  explicit Bytes(std::size_t expected) { text_.reserve(expected); }
  Bytes& integer(std::int64_t value) {
    std::array<char, 8> raw;
    std::memcpy(raw.data(), &value, raw.size());
    if constexpr (std::endian::native == std::endian::big) std::reverse(raw.begin(), raw.end());
    text_.append(raw.data(), raw.size());
    return *this;
  }
  Bytes& real(double value) {
    // All that is not a number is stored as NULL, and so has one form.
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    return integer(std::bit_cast<std::int64_t>(value));
  }
  Bytes& text(std::string_view value) {
    integer(static_cast<std::int64_t>(value.size()));
    text_ += value;
    return *this;
  }
  /// What is not there is not the same as zero or an empty text.
  Bytes& optional(const std::optional<std::int64_t>& value) {
    text_ += value ? '\1' : '\0';
    return value ? integer(*value) : *this;
  }
  Bytes& optional(const std::optional<std::string>& value) {
    text_ += value ? '\1' : '\0';
    return value ? text(*value) : *this;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string chained_bytes(const core::UpdateAppended& row) {
  const core::UpdateRecord& r = row.record;
  Bytes bytes(256 + 8 * row.parameters.size());
  bytes.integer(row.key).integer(row.previous).integer(row.agent);
  bytes.integer(static_cast<std::int64_t>(r.number))
      .integer(r.epoch)
      .integer(static_cast<std::int64_t>(r.updates));
  bytes.integer(r.timestamp_us);
  for (const double figure : {r.E, r.I, r.S, r.V, r.coherence, r.risk, r.phi, r.lambda1, r.integral, r.time,
                              r.void_threshold, r.confidence, r.complexity}) {
    bytes.real(figure);
  }
  bytes.integer(static_cast<int>(r.verdict))
      .integer(static_cast<int>(r.action))
      .integer(static_cast<int>(r.health));
  bytes.integer(r.human_reasons).integer(r.void_active).integer(r.lambda1_skipped).integer(r.warnings);
  bytes.integer(static_cast<std::int64_t>(r.fingerprint)).integer(r.actor);
  for (const double parameter : row.parameters) bytes.real(parameter);
  return bytes.take();
}

std::string chained_bytes(const core::AuditAppended& row) {
  Bytes bytes(96 + row.event.size() + row.client.size() + row.detail.size());
  bytes.integer(row.key).integer(row.timestamp_us).text(row.event).integer(row.agent).integer(row.session);
  bytes.text(row.client).integer(row.pid).text(row.detail);
  if (!row.actor.empty()) bytes.text(row.actor);
  return bytes.take();
}

std::string chained_bytes(const EvidenceRow& row) {
  Bytes bytes(160 + row.subject.value_or("").size() + row.detail.value_or("").size());
  bytes.integer(row.key).integer(row.agent).integer(row.timestamp_us).integer(row.epoch).integer(row.turn);
  bytes.integer(row.provenance).integer(row.source).integer(row.actor).integer(row.kind);
  bytes.optional(row.subject).optional(row.program).optional(row.sort).optional(row.success);
  bytes.optional(row.first).optional(row.second).optional(row.size).optional(row.fingerprint);
  bytes.optional(row.output_size).optional(row.detail);
  return bytes.take();
}

RowHash chain_hash(const RowHash& previous, std::string_view bytes) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, previous.size(), previous.data());
  sha256_update(&context, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  RowHash hash;
  sha256_digest(&context, hash.size(), hash.data());
  return hash;
}

RowChain::RowChain(SQLite::Database& database, std::string name)
    : name_(std::move(name)),
      database_(database),
      save_(database,
            "INSERT INTO chain(name, entries, last, hash) VALUES(?1, ?2, ?3, ?4) "
            "ON CONFLICT(name) DO UPDATE SET entries = ?2, last = ?3, hash = ?4") {
  load();
}

void RowChain::load() {
  End end;
  SQLite::Statement stored(database_, "SELECT entries, last, hash FROM chain WHERE name = ?");
  stored.bind(1, name_);
  if (stored.executeStep()) {
    end.entries = static_cast<std::uint64_t>(stored.getColumn(0).getInt64());
    end.last = stored.getColumn(1).getInt64();
    const SQLite::Column hash = stored.getColumn(2);
    const auto size = std::min<std::size_t>(static_cast<std::size_t>(hash.getBytes()), end.hash.size());
    if (size > 0) std::memcpy(end.hash.data(), hash.getBlob(), size);
  }
  stored_ = end;
  end_ = end;
}

RowHash RowChain::append(std::int64_t key, std::string_view bytes) {
  end_.hash = chain_hash(end_.hash, bytes);
  end_.last = key;
  end_.entries += 1;
  return end_.hash;
}

void RowChain::save() {
  if (end_.entries == stored_.entries && end_.hash == stored_.hash) return;
  save_.bindNoCopy(1, name_);
  save_.bind(2, static_cast<std::int64_t>(end_.entries));
  save_.bind(3, end_.last);
  save_.bindNoCopy(4, end_.hash.data(), static_cast<int>(end_.hash.size()));
  run(save_);
}

}  // namespace governor::daemon
