#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "daemon/shared/libpq.hpp"
#include "ipc/deadline.hpp"

namespace governor::daemon {

/// One connection to a PostgreSQL server. Not for several threads; what it does ends at its deadline, but for
/// the look-up of a host's name, which is the system's. Its errors are `storage_unavailable`, and `given` is
/// the SQLSTATE where the server has given one.
class Database {
 public:
  /// NULL is none.
  using Row = std::vector<std::optional<std::string>>;
  using Rows = std::vector<Row>;

  /// `interrupt`: a descriptor that ends every wait when it becomes readable; -1: there is none.
  Database(std::shared_ptr<const Libpq> libpq, std::string address, int interrupt);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Anew, whatever was there before.
  std::optional<core::Error> connect(ipc::Deadline deadline);
  [[nodiscard]] bool is_connected() const { return connection_ != nullptr; }
  void close();

  /// One statement with `$1`, `$2` … as texts. After an error the connection may be gone: then it is not
  /// known whether the statement took effect.
  core::Result<Rows> run(const char* statement, const std::vector<std::string>& parameters,
                         ipc::Deadline deadline);
  /// Several statements in one transaction, for what they do.
  std::optional<core::Error> run_script(const char* script, ipc::Deadline deadline);

  /// Waits until the server says something by itself, one of `wakers` becomes readable, or the time is over.
  /// An error: the connection is gone.
  std::optional<core::Error> wait_for_notice(ipc::Deadline deadline, std::span<const int> wakers);
  /// What NOTIFY has brought until now: the payloads.
  std::vector<std::string> take_notices();

 private:
  [[nodiscard]] core::Error lost(const char* what);
  std::optional<core::Error> send_all(ipc::Deadline deadline);
  core::Result<Rows> receive_all(ipc::Deadline deadline);
  [[nodiscard]] bool wait(bool for_writing, ipc::Deadline deadline) const;

  std::shared_ptr<const Libpq> libpq_;
  std::string address_;
  int interrupt_;
  PGconn* connection_ = nullptr;
};

/// As PostgreSQL writes arrays.
std::string array_text(const std::vector<std::string>& items);
std::string array_text(const std::vector<std::int64_t>& items);
/// Of numbers; passes over what is none.
std::vector<std::int64_t> numbers_of(const std::string& array);

}  // namespace governor::daemon
