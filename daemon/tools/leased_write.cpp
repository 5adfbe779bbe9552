#include "daemon/tools/leased_write.hpp"

#include <fmt/format.h>

#include "daemon/tools/file_json.hpp"
#include "daemon/tools/path_reference.hpp"

namespace governor::daemon {

core::Result<std::vector<std::string>> LeasedWrite::prepare(const CallContext& context) {
  directory_ = working_directory(context);
  const auto& open = context.state.leases().open();
  const auto lease = open.find(request_.lease);
  // Whoever comes with somebody else's is told so by `run`.
  if (lease != open.end()) agent_id_ = lease->second.claim.holder.agent_id;
  return agent_id_.empty() ? std::vector<std::string>{} : std::vector<std::string>{agent_id_};
}

void LeasedWrite::work(FileServices& files) {
  if (step_ == Step::writing) {
    report_ = write(resolved_.path, files);
    step_ = Step::written;
    return;
  }
  auto resolved = callers_file(request_.path, directory_, files);
  if (resolved) {
    resolved_ = *std::move(resolved);
  } else {
    failure_ = std::move(resolved.error());
  }
  step_ = Step::resolved;
}

core::Result<std::string> LeasedWrite::run(CallContext& context) {
  switch (step_) {
    case Step::resolve: context.next = CallContext::Next::work; return std::string();
    case Step::resolved: return begin(context);
    case Step::writing: break;  // only `work` leads on from here
    case Step::written: return end(context);
  }
  context.next = CallContext::Next::work;
  return std::string();
}

core::Result<std::string> LeasedWrite::begin(CallContext& context) {
  if (failure_) return *failure_;
  if (needs_read()) {
    context.next = CallContext::Next::read;
    return std::string();
  }
  if (auto error = check_read()) return *std::move(error);
  const core::WriteIntent intent{lease_path(resolved_), request_.lease, std::string(doing())};
  auto lease = context.state.begin_write(context.caller, intent, context.now_us, context.changes);
  if (!lease) return std::move(lease.error());
  step_ = Step::writing;
  context.next = CallContext::Next::work;
  return std::string();
}

core::Result<std::string> LeasedWrite::end(CallContext& context) {
  context.state.end_write(request_.lease);
  if (report_.failure) return refusal(context, resolved_.path, report_);
  core::FileWrite write;
  write.path = resolved_.path;
  write.kind = kind();
  write.before = report_.before;
  write.after = report_.after;
  write.found_written = report_.found_written;
  write.agent_id = agent_id_;
  write.lease = request_.lease;
  write.note = request_.note;
  if (const core::FileVersion* version = restored()) write.restored_from = version->key;
  const auto outcome =
      context.state.record_write(context.caller, std::move(write), context.now_us, context.changes);
  report_.pins.clear();  // the changes name what they kept
  return written_json(report_, outcome, context.now_us, restored());
}

}  // namespace governor::daemon
