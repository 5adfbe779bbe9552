#include "daemon/tools/coordination/tools.hpp"

#include <algorithm>

#include "daemon/support/limits.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/file_json.hpp"
#include "daemon/tools/coordination/file_schemas.hpp"
#include "daemon/tools/coordination/lease_parameters.hpp"
#include "daemon/tools/coordination/leased_write.hpp"
#include "daemon/tools/coordination/path_reference.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kSha256Digits = 64;

class CommitCall final : public LeasedWrite {
 public:
  CommitCall(Request request, WriteOrder order) : LeasedWrite(std::move(request)), order_(std::move(order)) {}

 protected:
  [[nodiscard]] std::string_view doing() const override { return "commit_file"; }
  [[nodiscard]] core::FileVersionKind kind() const override { return core::FileVersionKind::committed; }

  core::Result<WriteOrder> order(FileServices&) override {
    order_.path = path();
    return std::move(order_);
  }

  core::Error refusal(const CallContext& context, const WriteReport& report) override {
    if (!report.stale) return *report.failure;
    return stale_error(path(), *writer().order().expected_sha256, report,
                       context.state.newest_version(path()));
  }

 private:
  WriteOrder order_;
};

std::string read_expected_hash(Arguments& arguments) {
  std::string hash = arguments.text("expected_sha256").value_or("");
  std::transform(hash.begin(), hash.end(), hash.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 0x20) : c; });
  const bool is_hash =
      hash.size() == kSha256Digits && hash.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hash.empty() && !is_hash) {
    arguments.refuse(core::invalid_argument(
        "expected_sha256", hash, "64 hexadecimal digits, or nothing for a file that does not exist"));
  }
  return hash;
}

constexpr Parameter kCommitFileParameters[] = {
    path_of_file(),
    lease_number().quiet(),
    text("content", kMaxLineBytes, "The whole content; or else:").quiet(),
    text("unified_diff", kMaxLineBytes, "Of this file alone, as diff -u gives it").quiet(),
    text("expected_sha256", kSha256Digits, "Of what you read, from request_write; left out for a new file")
        .quiet(),
    flag("confirm_shrink", "To leave less than half of 50 lines or more"),
    text("note", kMaxFileNoteBytes, "What and why").quiet(),
};

ParsedCall parse_commit(Arguments& arguments, const ToolEnvironment&) {
  LeasedWrite::Request request;
  WriteOrder order;
  request.path = arguments.text("path").value_or("");
  request.lease = arguments.integer("lease");
  request.note = arguments.text("note").value_or("");
  order.content = arguments.text("content");
  order.diff = arguments.text("unified_diff");
  order.expected_sha256 = read_expected_hash(arguments);
  order.may_shrink = arguments.flag("confirm_shrink");
  if (!order.content && !order.diff) arguments.require("content", "the whole content, or unified_diff");
  if (order.content && order.diff) {
    arguments.refuse(core::invalid_argument("unified_diff", "given together with content", "one of the two"));
  }
  return std::make_unique<CommitCall>(std::move(request), std::move(order));
}

}  // namespace

Tool commit_tool() {
  return {
      {"commit_file", Effect::idempotent, kCommitFileParameters, parse_commit},
      "coordination",
      "Write a file",
      "Writes a file under your lease, whole or by diff, if it still is what you read. Keeps what was there.",
      kCommitOutput,
      true};
}

}  // namespace governor::daemon
