#include "daemon/tools/guards/guard_file.hpp"

#include <fmt/format.h>

#include <utility>

#include "daemon/files/file_slot.hpp"
#include "daemon/files/file_state.hpp"
#include "daemon/files/hook_switches.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/tools/coordination/elsewhere.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/guards/branch_warning.hpp"

namespace governor::daemon {
namespace {

std::optional<core::Error> take_copy(GuardFile& file, FileServices& services, BackupStore::Durable durable) {
  const auto slot = FileSlot::open(file.real_path);
  if (!slot) return slot.error();
  const auto content = slot->read(services.settings().max_file_bytes);
  if (!content) return content.error();
  if (!content->exists) return std::nullopt;
  auto stored = services.backups().put(content->bytes, content->sha256, durable);
  if (!stored) return stored.error();
  file.state = state_of(*content);
  file.state.stored_bytes = stored->bytes;
  file.pin = std::move(stored->pin);
  return std::nullopt;
}

}  // namespace

core::Result<GuardFile> look_at_file(const std::string& given, const std::string& directory,
                                     FileServices& services, BackupStore::Durable durable) {
  const auto resolved = resolve_file(given, directory);
  if (!resolved) return core::Error(resolved.error());
  GuardFile file;
  file.path = file.worktrees.locate(*resolved);
  file.unshared = services.share(file.path);
  file.real_path = resolved->path;
  file.own = services.own().refusal(*resolved);
  if (!file.own) file.no_copy = take_copy(file, services, durable);
  return file;
}

void judge_content(GuardFile& file, const std::optional<std::string>& content, FileServices& services) {
  if (file.own || !may_switch_hooks(file.real_path)) return;
  file.may_switch_hooks = !content;
  if (!content) {
    file.own = services.own().direct_refusal(file.real_path);
    return;
  }
  const auto slot = FileSlot::open(file.real_path);
  const auto before = slot ? slot->read(services.settings().max_file_bytes) : slot.error();
  file.own = before ? switches_hooks_off(file.real_path, before->bytes, *content) : before.error();
}

std::string warn_of_elsewhere(core::State& state, const GuardFile& file, const core::LeaseHolder& self,
                              std::string_view moment, std::int64_t now_us) {
  core::ElsewhereQuestion question{file.path, self,
                                   file.worktrees.worktrees(file.path.in_repository.repository)};
  if (!file.no_copy && !file.own) question.content = file.state.sha256;
  std::vector<core::Elsewhere> found = state.elsewhere(question, now_us);
  // Whether it will really come to a conflict is found out in the background.
  const std::string& here = file.path.in_repository.worktree.top;
  if (!found.empty() || !state.branch_conflicts().of_worktree(here).empty())
    state.branch_conflicts().want(here);
  std::erase_if(found, [&](const core::Elsewhere& one) {
    const std::string what =
        fmt::format("elsewhere/{}/{}/{}/{}/{}/{}/{}/{}", moment, self.session, self.worker, file.real_path,
                    one.worktree.top, one.holder.session, one.holder.worker, one.is_held());
    return !state.told().tell(what, now_us);
  });
  std::string text = elsewhere_text(file.path.text(), found, now_us);
  const std::string branches =
      warn_of_branches(state, here, fmt::format("{}/{}", self.session, self.worker), now_us);
  return text.empty() || branches.empty() ? text + branches : text + ' ' + branches;
}

}  // namespace governor::daemon
