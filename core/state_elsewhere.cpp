// The same file in several working trees of one repository: who must know of whom.
#include <algorithm>

#include "core/state.hpp"

namespace governor::core {
namespace {

/// By an agent, with a content of its own: what git has brought there is in the repository already.
bool is_own_work(const FileVersion& version) {
  return version.session != 0 && !version.with_git &&
         (version.kind == FileVersionKind::committed || version.kind == FileVersionKind::restored ||
          version.kind == FileVersionKind::reported);
}

bool is_by(const FileVersion& version, const LeaseHolder& self) {
  return version.session == self.session || (version.agent != 0 && version.agent == self.agent);
}

const LeasePath* path_meeting(const Lease& lease, const RepositoryPath& wanted) {
  const auto found = std::find_if(lease.claim.paths.begin(), lease.claim.paths.end(),
                                  [&](const LeasePath& path) { return path.in_repository.meets(wanted); });
  return found == lease.claim.paths.end() ? nullptr : &*found;
}

/// Collects, up to a bound, whom a caller is to be told of.
class ElsewhereList {
 public:
  explicit ElsewhereList(const std::vector<Worktree>& worktrees) : worktrees_(worktrees) {}

  [[nodiscard]] bool is_full() const { return found_.size() >= kMostElsewhere; }

  void add(const Lease& lease, const LeasePath& path) {
    // Another branch may have been checked out since the lease was granted.
    const Worktree& then = path.in_repository.worktree;
    const auto now = std::find_if(worktrees_.begin(), worktrees_.end(),
                                  [&](const Worktree& one) { return one.top == then.top; });
    found_.push_back({path.text(), now != worktrees_.end() ? *now : then, lease.claim.holder, lease.key,
                      lease.granted_us, lease.expires_us});
  }
  /// Not if its writer holds it: then that has been said.
  void add(const FileVersion& version, const Worktree& worktree) {
    LeaseHolder holder{version.session, version.agent, version.agent_id, version.client, version.pid};
    const bool is_said = std::any_of(found_.begin(), found_.end(), [&](const Elsewhere& one) {
      return one.is_held() && one.worktree.top == worktree.top && one.holder.session == holder.session;
    });
    if (!is_said) found_.push_back({version.path, worktree, std::move(holder), 0, version.timestamp_us});
  }
  std::vector<Elsewhere> take() { return std::move(found_); }

 private:
  const std::vector<Worktree>& worktrees_;
  std::vector<Elsewhere> found_;
};

}  // namespace

std::vector<Elsewhere> State::elsewhere(const ElsewhereQuestion& question, std::int64_t now_us) const {
  const RepositoryPath& wanted = question.path.in_repository;
  if (!wanted.is_known()) return {};
  ElsewhereList found(question.worktrees);
  for (const auto& [key, lease] : leases_.open()) {
    if (found.is_full()) break;
    if (lease.claim.mode != LeaseMode::exclusive || lease.expires_us <= now_us) continue;
    if (lease.claim.holder.makes_room_for(question.self)) continue;
    if (const LeasePath* path = path_meeting(lease, wanted)) found.add(lease, *path);
  }
  const auto add_change = [&](const FileVersion& version, const Worktree& worktree) {
    const bool is_recent = now_us - version.timestamp_us <= lease_policy_.changed_elsewhere_us;
    // What is the same here and there will not have to be merged.
    const bool is_same = question.content && version.state.sha256 == *question.content;
    if (is_recent && !is_same && is_own_work(version) && !is_by(version, question.self) && !found.is_full())
      found.add(version, worktree);
  };
  for (const Worktree& worktree : question.worktrees) {
    if (worktree.top == wanted.worktree.top) continue;
    if (wanted.path.is_literal()) {
      if (const FileVersion* version = newest_version(worktree.top + wanted.path.text()))
        add_change(*version, worktree);
      continue;
    }
    for (const FileTable::File& file : files_.all()) {
      const std::string& path = file.newest.path;
      if (path.starts_with(worktree.top) && wanted.path.matches(path.substr(worktree.top.size())))
        add_change(file.newest, worktree);
    }
  }
  return found.take();
}

std::vector<const Lease*> State::leases_elsewhere(const Lease& lease) const {
  std::vector<const Lease*> others;
  if (lease.claim.mode != LeaseMode::exclusive) return others;
  for (const auto& [key, other] : leases_.open()) {
    if (key == lease.key || other.claim.mode != LeaseMode::exclusive) continue;
    const bool meets = std::any_of(lease.claim.paths.begin(), lease.claim.paths.end(),
                                   [&other = other](const LeasePath& path) {
                                     return path_meeting(other, path.in_repository) != nullptr;
                                   });
    if (meets && !other.claim.holder.makes_room_for(lease.claim.holder)) others.push_back(&other);
  }
  return others;
}

void State::apply_policy(std::vector<LeasePath>& paths) const {
  for (LeasePath& path : paths)
    path.in_repository.is_exclusive = lease_policy_.across_worktrees == AcrossWorktrees::exclusive;
}

}  // namespace governor::core
