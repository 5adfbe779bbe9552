#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctl/guard/guard_plan.hpp"
#include "ctl/guard/guarded_hooks.hpp"

namespace governor::ctl {

namespace {

// Wherever a manager of hooks, or a change of managers, may have left the guard.
std::set<std::string> possible_places(const GitPlaces& places) {
  std::set<std::string> paths;
  for (const std::string& directory : {places.hooks, husky_scripts(places), places.common + "/hooks"}) {
    if (directory.empty()) continue;
    for (const std::string_view hook : kGuardedHooks)
      for (const char* ending : {"", ".legacy", ".old"})
        paths.insert(directory + '/' + std::string(hook) + ending);
  }
  return paths;
}

}  // namespace

ipc::Result<std::vector<GuardPlan>> plan_hooks(const GitPlaces& places) {
  std::vector<GuardPlan> plans;
  std::vector<std::string_view> lefthook;
  for (const std::string_view hook : kGuardedHooks) {
    const auto place = find_hook_place(places, hook);
    if (!place) return place.error();
    if (place->kind == HookPlace::Kind::lefthook) {
      lefthook.push_back(hook);
      continue;
    }
    auto plan = plan_hook(places, hook, *place);
    if (!plan) return plan.error();
    plans.push_back(std::move(*plan));
  }
  if (lefthook.empty()) return plans;
  auto plan = plan_lefthook(places.top, lefthook);
  if (!plan) return plan.error();
  plans.push_back(std::move(*plan));
  return plans;
}

ipc::Result<std::vector<GuardPlan>> plan_hooks_removal(const GitPlaces& places) {
  std::vector<GuardPlan> plans;
  for (const std::string& path : possible_places(places)) {
    auto plan = plan_hook_removal(path);
    if (!plan) return plan.error();
    plans.push_back(std::move(*plan));
  }
  plans.push_back(plan_links_removal(places.hooks));
  auto lefthook = plan_lefthook_removal(places.top);
  if (!lefthook) return lefthook.error();
  plans.push_back(std::move(*lefthook));
  return plans;
}

}  // namespace governor::ctl
