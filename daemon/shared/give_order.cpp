#include "daemon/shared/give_order.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace governor::daemon {
namespace {

using std::chrono::milliseconds;

/// Nobody takes it any more then; what was taken in time may be answered a little later.
constexpr milliseconds kAnswerGrace{5000};
constexpr milliseconds kReconnectLimit{5000};
/// The word that there is an answer may get lost.
constexpr milliseconds kAnswerPoll{500};

/// The database should have said so before.
core::Error not_known() {
  return {core::ErrorCode::deadline_exceeded,
          "The database does not say in time what became of the order; it may have been carried out.",
          "governorctl shared agents and governorctl shared approvals show how things are there."};
}

}  // namespace

core::Result<std::string> give_order(Database& database, const Order& order, milliseconds patience) {
  OrderDatabase orders(database);
  const auto end = ipc::Deadline::after(patience + kAnswerGrace);
  bool is_placed = false;
  bool listens = false;
  for (;;) {
    std::optional<core::Error> error;
    if (!database.is_connected()) error = database.connect(end.capped(kReconnectLimit));
    if (!error && !std::exchange(listens, true)) {
      auto heard = database.run("LISTEN governor", {}, end.capped(kReconnectLimit));
      if (!heard) error = std::move(heard.error());
    }
    if (!error && !is_placed) {
      error = orders.place(order, patience);
      is_placed = !error;
    }
    if (!error) {
      auto answer = orders.answer_to(order.id);
      if (answer && *answer) return **std::move(answer);
      if (!answer) error = std::move(answer.error());
    }
    const bool is_lost = !database.is_connected();
    if (error && (!is_lost || end.expired())) return *std::move(error);
    if (end.expired()) return not_known();
    listens = listens && !is_lost;
    if (is_lost) {
      static_cast<void>(ipc::pause_until(end.capped(kAnswerPoll)));
      continue;
    }
    (void)database.take_notices();
    static_cast<void>(database.wait_for_notice(end.capped(kAnswerPoll), {}));
  }
}

}  // namespace governor::daemon
