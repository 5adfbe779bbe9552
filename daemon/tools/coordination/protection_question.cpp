#include "daemon/tools/coordination/protection_question.hpp"

#include <utility>

#include "daemon/shared/protection_database.hpp"
#include "daemon/shared/shared_workspaces.hpp"

namespace governor::daemon {

std::optional<Step> ProtectionQuestion::ask(const CallContext& context, core::LeaseKey lease,
                                            const core::LeasePath& path, const std::string& agent_id) {
  if (answer_ || context.shared == nullptr || !path.shared.is_known()) return std::nullopt;
  if (!context.shared->holds(lease) || context.state.is_unlocked(path, agent_id, context.now_us))
    return std::nullopt;
  answer_ = std::make_shared<Answer>();
  Consult consult;
  consult.ask = [answer = answer_, shared = path.shared](
                    Database& database, const SharedMember& member) -> std::optional<core::Error> {
    auto found = ProtectionDatabase(database).find(member.daemon, shared);
    if (!found) return std::move(found.error());
    answer->protections = *std::move(found);
    return std::nullopt;
  };
  consult.fail = [](const core::Error&) {};
  return Step(std::move(consult));
}

std::optional<core::Error> ProtectionQuestion::refusal(CallContext& context, const core::Caller& caller,
                                                       const core::WriteIntent& intent,
                                                       const std::string& agent_id) const {
  if (!answer_ || answer_->protections.empty()) return std::nullopt;
  if (context.state.is_unlocked(intent.path, agent_id, context.now_us)) return std::nullopt;
  return context.state.refuse_protected_elsewhere(caller, intent, agent_id, answer_->protections.front(),
                                                  context.now_us, context.changes);
}

}  // namespace governor::daemon
