#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "daemon/shared/database.hpp"

namespace governor::daemon {

/// Something that a person wants done on another machine.
struct Order {
  std::string id;         ///< a UUID; the same order may be sent again
  std::string target;     ///< a host, `who@host`, or the UUID of a daemon
  std::string operation;  ///< the name of a tool or a method of governor's own
  std::string arguments;  ///< a JSON object
  std::string host;       ///< where the person sits
  std::string who;
};

/// An order as the daemon sees it that is to carry it out.
struct TakenOrder {
  std::string id;
  std::string operation;
  std::string arguments;
  std::string by;  ///< login of the database
  std::string host;
  std::string who;
};

/// What one may do with orders, see kOrderSchema: each is one call of a function there.
class OrderDatabase {
 public:
  explicit OrderDatabase(Database& database) : database_(database) {}

  /// An error also where nobody may or can carry it out; then it was not given.
  std::optional<core::Error> place(const Order& order, std::chrono::milliseconds patience);
  /// The answer to an order of this login; none: it is not there yet. An error: there will be none, or it is
  /// not known whether there was.
  core::Result<std::optional<std::string>> answer_to(const std::string& order);

  /// For this daemon and not answered yet; none: it is no member of this epoch.
  core::Result<std::optional<std::vector<TakenOrder>>> take(const std::string& daemon, std::int64_t epoch);
  /// False: there is no such order, or it is answered.
  core::Result<bool> answer(const std::string& daemon, const std::string& order, const std::string& text);

 private:
  Database& database_;
};

}  // namespace governor::daemon
