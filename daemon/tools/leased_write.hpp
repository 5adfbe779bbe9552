#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/files/file_writer.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// What the calls that write one file under a lease have in common. On the state strand the lease is checked
/// and pinned, on a file thread the file is written, on the state strand that is taken down. If the daemon
/// dies in between, the client sends the line again, and the file is found as it should be.
class LeasedWrite : public ToolCall {
 public:
  struct Request {
    std::string path;  ///< as given
    core::LeaseKey lease = 0;
    std::string note;
  };

  explicit LeasedWrite(Request request) : request_(std::move(request)) {}

  core::Result<std::vector<std::string>> prepare(const CallContext& context) override;
  [[nodiscard]] bool depends_on_all() const override { return true; }
  void work(FileServices& files) override;
  core::Result<std::string> run(CallContext& context) override;
  void stop_waiting(core::State& state) override {
    if (step_ == Step::writing) state.end_write(request_.lease);
  }

 protected:
  /// For the audit log.
  [[nodiscard]] virtual std::string_view doing() const = 0;
  [[nodiscard]] virtual core::FileVersionKind kind() const = 0;
  /// File thread: writes the file with this real path.
  virtual WriteReport write(const std::string& path, FileServices& files) = 0;
  /// State strand, with the path resolved and before the lease is pinned; true: the store must be read first.
  virtual bool needs_read() { return false; }
  /// State strand: after a read, whether it found what is needed.
  virtual std::optional<core::Error> check_read() { return std::nullopt; }
  virtual core::Error refusal(const CallContext&, const std::string&, const WriteReport& report) {
    return *report.failure;
  }

  /// After `write`: the version that it brought back; null: it wrote something new.
  [[nodiscard]] virtual const core::FileVersion* restored() const { return nullptr; }

  [[nodiscard]] const std::string& path() const { return resolved_.path; }

 private:
  enum class Step { resolve, resolved, writing, written };

  core::Result<std::string> begin(CallContext& context);
  core::Result<std::string> end(CallContext& context);

  Request request_;
  Step step_ = Step::resolve;
  std::string directory_;
  std::string agent_id_;
  std::optional<core::Error> failure_;
  ResolvedPath resolved_;
  WriteReport report_;
};

}  // namespace governor::daemon
