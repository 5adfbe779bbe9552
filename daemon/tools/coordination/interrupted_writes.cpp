#include "daemon/tools/coordination/tools.hpp"

#include <utility>
#include <vector>

#include "daemon/files/interrupted_write.hpp"

namespace governor::daemon {
namespace {

class InterruptedWritesCall final : public ToolCall {
 public:
  explicit InterruptedWritesCall(std::vector<core::OpenWrite> writes) : writes_(std::move(writes)) {}

  Step run(CallContext& context) override {
    if (context.begins && !writes_.empty()) {
      return Work{[this](FileServices& files) {
                    for (const core::OpenWrite& write : writes_)
                      found_.push_back(look_at_interrupted(write, files));
                  },
                  writes_.front().write.path};
    }
    for (std::size_t i = 0; i < writes_.size(); ++i) take_down(context, writes_[i], found_[i]);
    found_.clear();  // the changes name what is kept
    writes_.clear();
    return std::string("{}");
  }

 private:
  static void take_down(CallContext& context, const core::OpenWrite& open, const InterruptedWrite& found) {
    core::State& state = context.state;
    const std::string& path = open.write.path;
    core::FileVersionKey displaced = 0;
    if (found.displaced) {
      displaced =
          state.record_displaced(path, open.write.before, *found.displaced, context.now_us, context.changes);
    }
    // Whoever looked at the file before may have ended it already.
    const core::FileState* between = found.displaced ? &*found.displaced : nullptr;
    if (!state.end_interrupted(path, found.now, context.now_us, context.changes, between))
      state.end_change(open.key, context.changes);
    if (displaced != 0 || !found.left_at.empty())
      state.tell_displaced(path, displaced, found.left_at, context.now_us, context.changes);
  }

  std::vector<core::OpenWrite> writes_;
  std::vector<InterruptedWrite> found_;
};

}  // namespace

std::unique_ptr<ToolCall> make_interrupted_writes_call(const core::State& state) {
  std::vector<core::OpenWrite> writes;
  for (const auto& [key, open] : state.open_writes()) {
    if (!open.is_under_way) writes.push_back(open);
  }
  return std::make_unique<InterruptedWritesCall>(std::move(writes));
}

}  // namespace governor::daemon
