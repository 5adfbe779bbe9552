#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/files/file_writer.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/tools/coordination/protection_question.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// What the calls that write one file have in common: those under a lease, and those of a person. On a file
/// thread the path is resolved, on the state strand it is checked who may write it, on a file thread
/// everything is found out and kept, on the state strand it is taken down what is about to happen, and only
/// when that is durable the file changes. If the daemon dies in between, the next one knows whose write it
/// was; the client sends the line again, and the file is found as it should be.
class FileWriteCall : public ToolCall {
 public:
  explicit FileWriteCall(std::string given) : given_(std::move(given)) {}

  Step run(CallContext& context) override;
  void finish_unseen(CallContext& context) override;

 protected:
  /// State strand: the agent that acts; empty: none.
  virtual std::string acting(const CallContext&) { return {}; }
  /// State strand, before `allow`: what must be asked first, and then this again; none: nothing is left.
  virtual std::optional<Step> ask(CallContext&) { return std::nullopt; }
  /// State strand: whether the caller may write the file with this path now; what it holds until `release`.
  virtual std::optional<core::Error> allow(CallContext&) { return std::nullopt; }
  virtual void release(CallContext&) {}
  /// File thread: how the file with the resolved path is to become.
  virtual core::Result<WriteOrder> order(FileServices& files) = 0;
  /// Asked on a file thread.
  virtual LastWord last_word() { return {}; }
  /// Who writes what for which reason; the path and the contents are filled in.
  [[nodiscard]] virtual core::FileWrite describe() const = 0;
  /// State strand, with the path resolved and before `allow`: what must be read first.
  virtual std::optional<Read> look_up() { return std::nullopt; }
  /// State strand: after that, whether it found what is needed.
  virtual std::optional<core::Error> check_found() { return std::nullopt; }
  virtual core::Error refusal(const CallContext&, const WriteReport& report) { return *report.failure; }
  /// After the write: the version that it brought back; null: it wrote something new.
  [[nodiscard]] virtual const core::FileVersion* restored() const { return nullptr; }

  [[nodiscard]] const std::string& path() const { return resolved_.path; }
  [[nodiscard]] const ResolvedPath& resolved() const { return resolved_; }
  /// What leases are compared by, and why that cannot be told.
  [[nodiscard]] const core::Result<core::LeasePath>& place() const { return place_; }
  /// Once `order` has given one.
  [[nodiscard]] const FileWriter& writer() const { return *writer_; }

 private:
  // What comes next, in this order.
  Step resolve(CallContext& context);
  Step look_up_first(CallContext& context);
  Step find_out(CallContext& context);
  Step write(CallContext& context);
  Step end(CallContext& context);

  void resolve_given(FileServices& files);
  [[nodiscard]] core::Error with_link(core::Error error) const;
  [[nodiscard]] std::optional<core::Error> check_word(const CallContext& context) const;
  std::optional<core::FileWriteOutcome> take_down(CallContext& context);

  std::string given_;
  Step (FileWriteCall::*next_)(CallContext&) = &FileWriteCall::resolve;
  std::string directory_;
  std::optional<core::Error> failure_;
  ResolvedPath resolved_;
  core::Result<core::LeasePath> place_ = core::LeasePath();
  std::string link_;  ///< what was given, if it is a symbolic link to the file
  std::unique_ptr<FileWriter> writer_;
  bool is_to_be_written_ = false;
  bool has_worked_ = false;  ///< on the file
  std::atomic<bool> abandoned_{false};
  core::OpenWriteKey open_ = 0;
};

/// Under a lease, which stays pinned meanwhile.
class LeasedWrite : public FileWriteCall {
 public:
  struct Request {
    std::string path;  ///< as given
    core::LeaseKey lease = 0;
    std::string note;
  };

  explicit LeasedWrite(Request request) : FileWriteCall(request.path), request_(std::move(request)) {}

 protected:
  std::string acting(const CallContext& context) override;
  /// For the audit log.
  [[nodiscard]] virtual std::string_view doing() const = 0;
  [[nodiscard]] virtual core::FileVersionKind kind() const = 0;
  std::optional<Step> ask(CallContext& context) override;
  std::optional<core::Error> allow(CallContext& context) override;
  void release(CallContext& context) override;
  LastWord last_word() override;
  [[nodiscard]] core::FileWrite describe() const override;

 private:
  Request request_;
  std::string agent_id_;
  bool is_pinned_ = false;
  ProtectionQuestion protections_;
  SharedWorkspaces* shared_with_ =
      nullptr;  ///< under whose leases it writes; null: under one of this machine
};

}  // namespace governor::daemon
