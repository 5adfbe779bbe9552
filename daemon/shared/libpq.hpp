#pragma once

#include <libpq-fe.h>

#include <memory>

#include "core/result.hpp"

namespace governor::daemon {

/// The client library of PostgreSQL, loaded when it is needed: a daemon that shares nothing has no use for it
/// and for what it brings along.
class Libpq {
 public:
  static core::Result<std::shared_ptr<const Libpq>> load();
  ~Libpq();
  Libpq(const Libpq&) = delete;
  Libpq& operator=(const Libpq&) = delete;

  decltype(&::PQconnectStartParams) connect_start_params = nullptr;
  decltype(&::PQconnectPoll) connect_poll = nullptr;
  decltype(&::PQstatus) status = nullptr;
  decltype(&::PQsocket) socket = nullptr;
  decltype(&::PQfinish) finish = nullptr;
  decltype(&::PQerrorMessage) error_message = nullptr;
  decltype(&::PQsetnonblocking) set_nonblocking = nullptr;
  decltype(&::PQsetNoticeProcessor) set_notice_processor = nullptr;
  decltype(&::PQsendQuery) send_query = nullptr;
  decltype(&::PQsendQueryParams) send_query_params = nullptr;
  decltype(&::PQflush) flush = nullptr;
  decltype(&::PQconsumeInput) consume_input = nullptr;
  decltype(&::PQisBusy) is_busy = nullptr;
  decltype(&::PQgetResult) get_result = nullptr;
  decltype(&::PQresultStatus) result_status = nullptr;
  decltype(&::PQresultErrorField) result_error_field = nullptr;
  decltype(&::PQntuples) tuples = nullptr;
  decltype(&::PQnfields) fields = nullptr;
  decltype(&::PQgetisnull) is_null = nullptr;
  decltype(&::PQgetvalue) value = nullptr;
  decltype(&::PQclear) clear = nullptr;
  decltype(&::PQnotifies) notifies = nullptr;
  decltype(&::PQfreemem) free_memory = nullptr;

 private:
  explicit Libpq(void* library) : library_(library) {}

  void* library_;
};

}  // namespace governor::daemon
