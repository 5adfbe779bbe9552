// Protections of files in shared workspaces, which the database is told of, for the other machines.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>
#include <variant>

#include "daemon/shared/protection_database.hpp"
#include "daemon/state/state_owner.hpp"

namespace governor::daemon {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kTellLimit{15};
/// Repositories come, get their first commit, and go.
constexpr std::chrono::seconds kLookAtPlacesAgain{60};
constexpr std::chrono::seconds kTryAgain{10};

}  // namespace

/// What is protected is stored before others are told of it.
void StateOwner::note_protections(const core::Changes& changes) {
  if (settings_.shared == nullptr) return;
  const bool concerns_them = std::any_of(changes.begin(), changes.end(), [](const core::Change& change) {
    return std::holds_alternative<core::ProtectionSaved>(change);
  });
  if (concerns_them) tell_protections_anew();
}

void StateOwner::tell_protections_anew() {
  protections_untold_ = true;
  next_protections_ = {};
  tell_protections();
}

/// Called now and then. Nobody waits for it; without the database it is done when there is one again.
void StateOwner::tell_protections() {
  const auto now = SteadyClock::now();
  if (settings_.shared == nullptr || !state_ || stopping_ || telling_protections_ || now < next_protections_)
    return;
  if (!settings_.shared->lasts()) return;
  telling_protections_ = true;
  next_protections_ = now + kLookAtPlacesAgain;
  const bool is_news = std::exchange(protections_untold_, false);
  const auto placed = std::make_shared<std::vector<core::Protection>>(state_->protections());
  files_.post(
      [this, placed, is_news](FileServices& services) {
        place_in_workspaces(*placed, services);
        boost::asio::post(strand_, [this, placed, is_news] {
          on_strand([this, placed, is_news] { tell_placed_protections(*placed, is_news); });
        });
      },
      "protections");
}

void StateOwner::tell_placed_protections(const std::vector<core::Protection>& placed, bool is_news) {
  state_->place_protections(placed);
  std::string told = told_protections(placed);
  if (!is_news && told == told_protections_) {
    telling_protections_ = false;
    return;
  }
  SharedJob job;
  job.run = [this, told](Database& database, const SharedMember& member) -> std::optional<core::Error> {
    const auto is_member = ProtectionDatabase(database).tell(member.daemon, member.epoch, told);
    if (!is_member) return is_member.error();
    if (!*is_member) return no_member();
    boost::asio::post(strand_, [this, told] { after_telling_protections(told, nullptr); });
    return std::nullopt;
  };
  job.fail = [this, told](const core::Error& error) {
    boost::asio::post(strand_, [this, told, error] { after_telling_protections(told, &error); });
  };
  job.until = SteadyClock::now() + kTellLimit;
  settings_.shared->post(std::move(job));
}

void StateOwner::after_telling_protections(const std::string& told, const core::Error* failure) {
  telling_protections_ = false;
  if (failure == nullptr) {
    told_protections_ = told;
  } else {
    spdlog::info("other machines are not told what is protected, it is tried again: {} {}", failure->message,
                 failure->hint);
    if (!protections_untold_) next_protections_ = SteadyClock::now() + kTryAgain;
    protections_untold_ = true;
  }
  tell_protections();
}

}  // namespace governor::daemon
