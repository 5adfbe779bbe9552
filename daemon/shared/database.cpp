#include "daemon/shared/database.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <span>
#include <utility>

namespace governor::daemon {
namespace {

/// One line, without the end that libpq puts there.
std::string in_one_line(const char* message) {
  std::string text;
  for (const char* at = message; at != nullptr && *at != '\0'; ++at) {
    const bool is_blank = *at == '\n' || *at == '\t' || *at == ' ';
    if (!is_blank) text += *at;
    if (is_blank && !text.empty() && text.back() != ' ') text += ' ';
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

core::Error database_error(std::string message, std::string sqlstate = {}) {
  core::Error error(core::ErrorCode::storage_unavailable, std::move(message));
  error.given = std::move(sqlstate);
  return error;
}

struct ClearResult {
  const Libpq* libpq;
  void operator()(PGresult* result) const { libpq->clear(result); }
};

}  // namespace

Database::Database(std::shared_ptr<const Libpq> libpq, std::string address, int interrupt)
    : libpq_(std::move(libpq)), address_(std::move(address)), interrupt_(interrupt) {}

Database::~Database() {
  close();
}

void Database::close() {
  if (connection_ != nullptr) libpq_->finish(connection_);
  connection_ = nullptr;
}

bool Database::wait(bool for_writing, ipc::Deadline deadline) const {
  const std::span<const int> interrupts(&interrupt_, interrupt_ >= 0 ? 1 : 0);
  const int socket = libpq_->socket(connection_);
  if (socket < 0) return false;
  const auto ready = for_writing ? ipc::wait_writable(socket, deadline, interrupts)
                                 : ipc::wait_readable(socket, deadline, interrupts);
  return ready.has_value();
}

core::Error Database::lost(const char* what) {
  std::string why = in_one_line(libpq_->error_message(connection_));
  close();
  return database_error(why.empty() ? std::string(what) : fmt::format("{}: {}", what, why));
}

std::optional<core::Error> Database::connect(ipc::Deadline deadline) {
  close();
  // What the address says counts more than what stands before it.
  constexpr std::array<const char*, 6> kNames{"tcp_user_timeout",          "keepalives_idle",
                                              "fallback_application_name", "dbname",
                                              "client_encoding",           nullptr};
  const std::array<const char*, 6> values{"10000", "10", "governor", address_.c_str(), "UTF8", nullptr};
  connection_ = libpq_->connect_start_params(kNames.data(), values.data(), 1);
  if (connection_ == nullptr) return database_error("There is no memory for a connection.");
  if (libpq_->status(connection_) == CONNECTION_BAD) return lost("The connection cannot be begun");
  libpq_->set_notice_processor(
      connection_, [](void*, const char*) {}, nullptr);
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;
       next = libpq_->connect_poll(connection_)) {
    if (next == PGRES_POLLING_FAILED) return lost("No connection");
    if (!wait(next == PGRES_POLLING_WRITING, deadline)) return lost("No connection within the time for it");
  }
  if (libpq_->set_nonblocking(connection_, 1) != 0) return lost("The connection blocks");
  return std::nullopt;
}

std::optional<core::Error> Database::send_all(ipc::Deadline deadline) {
  for (;;) {
    const int left = libpq_->flush(connection_);
    if (left == 0) return std::nullopt;
    if (left < 0 || !wait(true, deadline)) return lost("The connection was lost");
    // The server may wait for its own words to be read before it reads on.
    if (libpq_->consume_input(connection_) == 0) return lost("The connection was lost");
  }
}

core::Result<Database::Rows> Database::receive_all(ipc::Deadline deadline) {
  Rows rows;
  std::optional<core::Error> failure;
  for (;;) {
    while (libpq_->is_busy(connection_) != 0) {
      if (!wait(false, deadline)) return lost("The database has not answered in time");
      if (libpq_->consume_input(connection_) == 0) return lost("The connection was lost");
    }
    const std::unique_ptr<PGresult, ClearResult> result(libpq_->get_result(connection_),
                                                        ClearResult{libpq_.get()});
    if (!result) break;
    const ExecStatusType status = libpq_->result_status(result.get());
    if (status == PGRES_TUPLES_OK) {
      rows.clear();
      for (int row = 0; row < libpq_->tuples(result.get()); ++row) {
        Row& values = rows.emplace_back();
        for (int field = 0; field < libpq_->fields(result.get()); ++field) {
          if (libpq_->is_null(result.get(), row, field) != 0) {
            values.emplace_back();
          } else {
            values.emplace_back(libpq_->value(result.get(), row, field));
          }
        }
      }
    } else if (status != PGRES_COMMAND_OK && !failure) {
      const char* state = libpq_->result_error_field(result.get(), PG_DIAG_SQLSTATE);
      const char* message = libpq_->result_error_field(result.get(), PG_DIAG_MESSAGE_PRIMARY);
      failure = database_error(in_one_line(message != nullptr ? message : libpq_->error_message(connection_)),
                               state != nullptr ? state : "");
    }
  }
  if (libpq_->status(connection_) != CONNECTION_OK) return lost("The connection was lost");
  if (failure) return *std::move(failure);
  return rows;
}

core::Result<Database::Rows> Database::run(const char* statement, const std::vector<std::string>& parameters,
                                           ipc::Deadline deadline) {
  if (connection_ == nullptr) return database_error("There is no connection.");
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  if (libpq_->send_query_params(connection_, statement, static_cast<int>(values.size()), nullptr,
                                values.data(), nullptr, nullptr, 0) == 0)
    return lost("The connection was lost");
  if (auto error = send_all(deadline)) return *std::move(error);
  return receive_all(deadline);
}

std::optional<core::Error> Database::run_script(const char* script, ipc::Deadline deadline) {
  if (connection_ == nullptr) return database_error("There is no connection.");
  if (libpq_->send_query(connection_, script) == 0) return lost("The connection was lost");
  if (auto error = send_all(deadline)) return error;
  auto rows = receive_all(deadline);
  if (!rows) return std::move(rows.error());
  return std::nullopt;
}

std::optional<core::Error> Database::wait_for_notice(ipc::Deadline deadline, std::span<const int> wakers) {
  if (connection_ == nullptr) return database_error("There is no connection.");
  const int socket = libpq_->socket(connection_);
  if (socket < 0) return lost("The connection was lost");
  const bool has_words = ipc::wait_readable(socket, deadline, wakers).has_value();
  if (has_words && libpq_->consume_input(connection_) == 0) return lost("The connection was lost");
  return std::nullopt;
}

std::vector<std::string> Database::take_notices() {
  std::vector<std::string> payloads;
  if (connection_ == nullptr) return payloads;
  while (PGnotify* notice = libpq_->notifies(connection_)) {
    payloads.emplace_back(notice->extra);
    libpq_->free_memory(notice);
  }
  return payloads;
}

std::string array_text(const std::vector<std::string>& items) {
  std::string text = "{";
  for (const std::string& item : items) {
    text += text.size() > 1 ? ",\"" : "\"";
    for (const char c : item) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + '}';
}

std::string array_text(const std::vector<std::int64_t>& items) {
  return fmt::format("{{{}}}", fmt::join(items, ","));
}

std::vector<std::int64_t> numbers_of(const std::string& array) {
  std::vector<std::int64_t> numbers;
  const char* at = array.data();
  const char* end = at + array.size();
  while (at != end) {
    std::int64_t number = 0;
    const auto read = std::from_chars(at, end, number);
    if (read.ec == std::errc()) numbers.push_back(number);
    at = read.ec == std::errc() ? read.ptr : at + 1;
  }
  return numbers;
}

}  // namespace governor::daemon
