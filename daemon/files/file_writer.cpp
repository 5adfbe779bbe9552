#include "daemon/files/file_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/files/file_state.hpp"
#include "daemon/files/hook_switches.hpp"
#include "daemon/files/leftovers.hpp"
#include "daemon/files/shrink_guard.hpp"
#include "daemon/files/unified_diff.hpp"
#include "daemon/support/sha256.hpp"

namespace governor::daemon {
namespace {

core::Error too_large_to_write(const WriteOrder& order, std::uint64_t bytes, std::uint64_t limit) {
  core::Error error(core::ErrorCode::limit_exceeded,
                    fmt::format("{} would have {} bytes; accepted: at most {}.", order.path, bytes, limit),
                    "Write it with your own tools under a direct lease, or let a person raise "
                    "backup_max_file_mb in the configuration.");
  error.field = order.content ? "content" : "unified_diff";
  return error;
}

}  // namespace

bool FileWriter::fail(core::Error error) {
  report_.failure = std::move(error);
  return false;
}

bool FileWriter::prepare(FileServices& files) {
  auto slot = FileSlot::open(order_.path);
  if (!slot) return fail(std::move(slot.error()));
  slot_.emplace(std::move(*slot));
  auto old = slot_->read(files.settings().max_file_bytes);
  if (!old) return fail(std::move(old.error()));
  old_ = std::move(*old);
  if (old_.exists) report_.before = state_of(old_);
  report_.modified_us = old_.modified_us;
  report_.links = old_.exists ? old_.identity.links - 1 : 0;
  if (!find_content() || !check_content(files)) return false;
  if (old_.exists && !keep(files, old_.bytes, report_.before)) return false;
  if (content_ && !keep(files, *content_, report_.after)) return false;
  temporary_ = new_temporary_name();
  const bool is_so = report_.before.sha256 == report_.after.sha256;
  if (is_so) report_.after = report_.before;
  if (!is_so) {
    report_.lines = compare_lines(old_.exists ? std::string_view(old_.bytes) : std::string_view(),
                                  content_ ? std::string_view(*content_) : std::string_view());
  }
  return !is_so || (order_.look && old_.exists && old_.mode != (order_.look->mode & 07777));
}

/// What the file is to hold; false if that cannot be told.
bool FileWriter::find_content() {
  content_ = order_.content;
  if (!order_.diff) return true;
  if (order_.expected_sha256 && *order_.expected_sha256 != old_.sha256) {
    // Undone, a diff that has been applied before gives what was expected.
    const auto undone = apply_diff(old_.bytes, *order_.diff, DiffDirection::backward);
    if (undone && undone->deletes != old_.exists && sha256_hex(undone->text) == *order_.expected_sha256) {
      if (old_.exists) content_ = old_.bytes;
      return true;
    }
    report_.stale = true;
    return fail({});
  }
  auto changed = apply_diff(old_.bytes, *order_.diff);
  if (!changed) return fail(std::move(changed.error()));
  report_.remarks = std::move(changed->remarks);
  if (!changed->deletes) content_ = std::move(changed->text);
  return true;
}

bool FileWriter::check_content(FileServices& files) {
  const std::uint64_t limit = files.settings().max_file_bytes;
  if (content_) report_.after = {sha256_hex(*content_), content_->size(), count_lines(*content_), 0};
  if (content_ && content_->size() > limit) return fail(too_large_to_write(order_, content_->size(), limit));
  const bool is_expected = !order_.expected_sha256 || *order_.expected_sha256 == old_.sha256;
  if (!is_expected && report_.before.sha256 != report_.after.sha256) {
    report_.stale = true;
    return fail({});
  }
  report_.found_written = !is_expected;
  if (auto refusal = order_.by_person ? std::nullopt
                                      : switches_hooks_off(order_.path, old_.bytes, content_.value_or("")))
    return fail(*std::move(refusal));
  if (order_.may_shrink || !old_.exists) return true;
  const auto shrinkage = find_shrinkage(old_.bytes, content_.value_or(""));
  report_.was_approved =
      shrinkage && std::find(order_.approved.begin(), order_.approved.end(),
                             std::pair(old_.sha256, report_.after.sha256)) != order_.approved.end();
  report_.shrinks = shrinkage && !report_.was_approved;
  return !report_.shrinks || fail(shrink_error(order_.path, *shrinkage));
}

bool FileWriter::keep(FileServices& files, const std::string& content, core::FileState& state) {
  auto stored = files.backups().put(content, state.sha256);
  if (!stored) return fail(std::move(stored.error()));
  state.stored_bytes = stored->bytes;
  report_.pins.push_back(std::move(stored->pin));
  return true;
}

void FileWriter::write(FileServices& files, const std::atomic<bool>* abandoned) {
  if (slot_->directory() >= 0) {
    remove_leftovers(slot_->directory_path(), slot_->directory(),
                     [&](const std::string& sha256) { return files.backups().has(sha256); });
  }
  const auto outcome =
      content_ ? slot_->replace({*content_, temporary_, order_.look, abandoned, order_.last_word}, old_)
               : slot_->remove(old_, temporary_, order_.last_word);
  if (outcome.failure) {
    report_.failure = outcome.failure;
  } else if (const auto look = content_ ? slot_->look() : std::nullopt) {
    report_.after.mode = look->mode;
    report_.after.modified_us = look->modified_us.value_or(0);
  }
  if (outcome.unconfirmed)
    report_.remarks.emplace_back("The disk has not confirmed the write: a crash of the machine may undo it.");
  // Somebody may have the old one open and write to it still.
  if (!outcome.failure) files.displaced().keep(slot_->take_displaced(), order_.path, old_);
  keep_displaced(files, outcome);
}

void FileWriter::keep_displaced(FileServices& files, const FileChangeOutcome& outcome) {
  if (outcome.displaced) {
    core::FileState state = state_of(*outcome.displaced);
    auto stored = files.backups().put(outcome.displaced->bytes, state.sha256);
    if (stored) {
      state.stored_bytes = stored->bytes;
      report_.pins.push_back(std::move(stored->pin));
      report_.displaced = std::move(state);
      slot_->drop(temporary_);
      return;
    }
  }
  report_.left_at = outcome.left_at;
}

WriteReport carry_out(const WriteOrder& order, FileServices& files) {
  FileWriter writer(order);
  if (writer.prepare(files)) writer.write(files);
  return writer.take_report();
}

}  // namespace governor::daemon
