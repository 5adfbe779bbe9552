#include "daemon/tools/agents/agent_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/support/json_time.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_json.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/evidence/evidence_json.hpp"
#include "daemon/tools/governance/history_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxLifecycleEvents = 10'000;
constexpr int kMaxNameTries = 100;

std::string_view extension(ExportFormat format) {
  return format == ExportFormat::json ? ".json" : ".csv";
}

/// Who the agent is, up to the beginning of its rows. What only governor itself needs (tokens, owners) stays.
std::string json_head(const core::Agent& agent, const std::vector<LifecycleStep>& steps,
                      std::int64_t now_us) {
  const core::AgentProfile& profile = agent.profile;
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.field("agent_id", profile.id).field("exported", iso_timestamp(now_us));
  json.key("agent").begin_object();
  json.field("status", core::to_string(profile.status)).field("status_reason", profile.status_reason);
  json.field("status_since", iso_timestamp(profile.status_since_us)).field("pinned", profile.pinned);
  json.field("purpose", profile.purpose).field("parent_agent_id", profile.parent_id);
  json.key("tags");
  write_texts(json, profile.tags);
  json.field("notes", profile.notes).field("created", iso_timestamp(profile.created_us));
  json.field("epoch", profile.epoch).field("updates", agent.total);
  json.key("lifecycle_events").begin_array();
  for (const LifecycleStep& step : steps) {
    json.begin_object();
    time_field(json.field("event", step.event), "timestamp", step.timestamp_us);
    json.field("reason", step.reason);
    if (!step.by.empty()) json.field("by", step.by);
    json.end_object();
  }
  json.end_array().end_object();
  text += ",\n\"rows\":[";
  return text;
}

}  // namespace

std::string export_directory(const std::string& state_directory) {
  return state_directory + "/exports";
}

std::optional<core::Error> AgentExport::step(Store& store) {
  if (!file_) {
    if (auto error = begin(store)) return error;
  } else if (auto error = written_ < total_ ? write_rows(store) : write_evidence_rows(store)) {
    return error;
  }
  return written_ == total_ && has_all_evidence_ ? finish() : std::nullopt;
}

std::optional<core::Error> AgentExport::choose_name() {
  const std::string_view suffix = extension(request_.format);
  if (request_.filename.empty()) {
    stem_ = fmt::format("{}-{}", file_name_of(request_.agent_id), compact_timestamp(request_.now_us));
    return std::nullopt;
  }
  stem_ = file_name_of(request_.filename);
  if (stem_.ends_with(suffix)) stem_.resize(stem_.size() - suffix.size());
  if (!stem_.empty()) return std::nullopt;
  return core::invalid_argument("filename", fmt::format("\"{}\"", request_.filename),
                                "a name with letters or digits in it");
}

std::optional<core::Error> AgentExport::begin(Store& store) {
  if (auto error = choose_name()) return error;
  auto agent = store.load_agent(request_.agent_id);
  if (!agent) return std::move(agent.error());
  if (!*agent) return unknown_agent(request_.agent_id);
  std::vector<LifecycleStep> steps;
  if (request_.format == ExportFormat::json) {
    auto loaded = store.load_lifecycle((*agent)->profile.key, kMaxLifecycleEvents);
    if (!loaded) return std::move(loaded.error());
    steps = std::move(*loaded);
  }
  auto file = NewFile::create(request_.directory);
  if (!file) return std::move(file.error());
  file_.emplace(std::move(*file));
  if (!request_.filename.empty()) {
    // Again when it is done; now, so that nobody waits for what will be refused.
    if (auto taken = file_->refuse_taken(fmt::format("{}{}", stem_, extension(request_.format)))) {
      return about_filename(*std::move(taken));
    }
  }
  total_ = (*agent)->total;
  has_all_evidence_ = request_.format == ExportFormat::csv;
  auto newest = store.load_evidence({request_.agent_id, false, 0, 1});
  if (!newest) return std::move(newest.error());
  if (*newest) last_evidence_ = (*newest)->next;
  return file_->write(request_.format == ExportFormat::json ? json_head(**agent, steps, request_.now_us)
                                                            : std::string(history_csv_header()));
}

std::optional<core::Error> AgentExport::write_rows(Store& store) {
  // Pages come newest first, so the page that ends where this slice shall end is turned round.
  const std::uint64_t last = std::min<std::uint64_t>(written_ + kRowsPerStep, total_);
  auto page = store.load_history(request_.agent_id, last + 1, static_cast<std::size_t>(last - written_));
  if (!page) return std::move(page.error());
  if (!*page || (*page)->rows.size() != last - written_) {
    return core::Error(core::ErrorCode::conflict,
                       fmt::format("The history of \"{}\" changed while it was exported.", request_.agent_id),
                       "Export it again.");
  }
  std::reverse((*page)->rows.begin(), (*page)->rows.end());
  std::string text;
  for (const core::UpdateRecord& row : (*page)->rows) {
    if (request_.format == ExportFormat::csv) {
      append_history_csv(text, request_.agent_id, row);
      continue;
    }
    text += row.number == 1 ? "\n" : ",\n";
    JsonWriter json(text);
    write_history_row(json, request_.agent_id, row);
  }
  written_ = last;
  if (auto error = file_->write(text)) return error;
  return file_->sync();
}

std::optional<core::Error> AgentExport::write_evidence_rows(Store& store) {
  auto page = store.load_evidence({request_.agent_id, true, evidence_written_, kRowsPerStep});
  if (!page) return std::move(page.error());
  if (!*page) return unknown_agent(request_.agent_id);
  bool is_first = evidence_written_ == 0;
  std::string text = is_first ? "\n],\n\"evidence\":[" : "";
  for (const StoredEvidence& row : (*page)->rows) {
    if (row.evidence.key > last_evidence_) break;
    text += std::exchange(is_first, false) ? "\n" : ",\n";
    JsonWriter json(text);
    write_evidence(json, row, false);
  }
  has_all_evidence_ = !(*page)->more || (*page)->next >= last_evidence_;
  evidence_written_ = (*page)->next;
  if (auto error = file_->write(text)) return error;
  return file_->sync();
}

core::Error AgentExport::about_filename(core::Error error) const {
  error.field = "filename";
  error.given = request_.filename;
  return error;
}

std::optional<core::Error> AgentExport::finish() {
  if (request_.format == ExportFormat::json) {
    if (auto error = file_->write("\n]}\n")) return error;
  }
  const std::string_view suffix = extension(request_.format);
  const bool named = !request_.filename.empty();
  for (int n = 1;; ++n) {
    const std::string name =
        n == 1 ? fmt::format("{}{}", stem_, suffix) : fmt::format("{}-{}{}", stem_, n, suffix);
    auto error = file_->publish(name);
    if (!error) {
      result_ = {fmt::format("{}/{}", request_.directory, name), total_, file_->bytes(), file_->sha256()};
      file_.reset();
      return std::nullopt;
    }
    // A name that a person gave is meant; one made of the time only has to be free.
    if (named || error->code != core::ErrorCode::already_exists || n == kMaxNameTries) {
      return named ? about_filename(*std::move(error)) : *std::move(error);
    }
  }
}

core::Result<ExportedFile> export_agent(Store& store, AgentExport::Request request) {
  AgentExport exporting(std::move(request));
  while (!exporting.done()) {
    if (auto error = exporting.step(store)) return *std::move(error);
  }
  return exporting.result();
}

}  // namespace governor::daemon
