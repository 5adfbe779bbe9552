#include "daemon/files/file_writer.hpp"

#include <fmt/format.h>

#include <utility>

#include "daemon/files/file_slot.hpp"
#include "daemon/files/shrink_guard.hpp"
#include "daemon/files/unified_diff.hpp"
#include "daemon/support/sha256.hpp"

namespace governor::daemon {
namespace {

core::FileState state_of(const std::string& content, const std::string& sha256) {
  return {sha256, content.size(), count_lines(content), 0};
}

core::Error too_large_to_write(const WriteOrder& order, std::uint64_t bytes, std::uint64_t limit) {
  core::Error error(core::ErrorCode::limit_exceeded,
                    fmt::format("{} would have {} bytes; accepted: at most {}.", order.path, bytes, limit),
                    "Write it with your own tools under a lease, or raise backup_max_file_mb.");
  error.field = order.content ? "content" : "unified_diff";
  return error;
}

class Writer {
 public:
  Writer(const WriteOrder& order, FileServices& files) : order_(order), files_(files) {}

  WriteReport carry_out() {
    auto slot = FileSlot::open(order_.path);
    if (!slot) return fail(std::move(slot.error()));
    auto old = slot->read(files_.settings().max_file_bytes);
    if (!old) return fail(std::move(old.error()));
    if (old->exists) report_.before = state_of(old->bytes, old->sha256);
    report_.modified_us = old->modified_us;
    report_.links = old->exists ? old->identity.links - 1 : 0;
    if (!find_content(*old)) return std::move(report_);
    if (content_) {
      report_.after = state_of(*content_, sha256_hex(*content_));
      if (content_->size() > files_.settings().max_file_bytes)
        return fail(too_large_to_write(order_, content_->size(), files_.settings().max_file_bytes));
    }
    const bool is_expected = !order_.expected_sha256 || *order_.expected_sha256 == old->sha256;
    const bool is_so = report_.before.sha256 == report_.after.sha256;
    if (!is_expected && !is_so) {
      report_.stale = true;
      return fail({});
    }
    report_.found_written = !is_expected;
    if (!order_.may_shrink && old->exists) {
      if (const auto shrinkage = find_shrinkage(old->bytes, content_.value_or("")))
        return fail(shrink_error(order_.path, *shrinkage));
    }
    if (old->exists && !keep(old->bytes, report_.before)) return std::move(report_);
    if (content_ && !keep(*content_, report_.after)) return std::move(report_);
    if (is_so) return std::move(report_);
    auto error = content_ ? slot->replace(*content_, *old) : slot->remove(*old);
    if (error) return fail(*std::move(error));
    // Somebody may have the old one open and write to it still.
    files_.displaced().keep(slot->take_displaced(), order_.path, *old);
    return std::move(report_);
  }

 private:
  WriteReport fail(core::Error error) {
    report_.failure = std::move(error);
    return std::move(report_);
  }

  /// What the file is to hold; false if that cannot be told.
  bool find_content(const FileContent& old) {
    content_ = order_.content;
    if (!order_.diff) return true;
    if (order_.expected_sha256 && *order_.expected_sha256 != old.sha256) {
      // Undone, a diff that has been applied before gives what was expected.
      const auto undone = apply_diff(old.bytes, *order_.diff, DiffDirection::backward);
      if (undone && undone->deletes != old.exists && sha256_hex(undone->text) == *order_.expected_sha256) {
        if (old.exists) content_ = old.bytes;
        return true;
      }
      report_.stale = true;
      report_.failure = core::Error();
      return false;
    }
    auto changed = apply_diff(old.bytes, *order_.diff);
    if (!changed) {
      report_.failure = std::move(changed.error());
      return false;
    }
    report_.remarks = std::move(changed->remarks);
    if (!changed->deletes) content_ = std::move(changed->text);
    return true;
  }

  bool keep(const std::string& content, core::FileState& state) {
    auto stored = files_.backups().put(content, state.sha256);
    if (!stored) {
      report_.failure = std::move(stored.error());
      return false;
    }
    state.stored_bytes = stored->bytes;
    report_.pins.push_back(std::move(stored->pin));
    return true;
  }

  const WriteOrder& order_;
  FileServices& files_;
  std::optional<std::string> content_;
  WriteReport report_;
};

}  // namespace

WriteReport carry_out(const WriteOrder& order, FileServices& files) {
  return Writer(order, files).carry_out();
}

}  // namespace governor::daemon
