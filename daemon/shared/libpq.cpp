#include "daemon/shared/libpq.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <string>

namespace governor::daemon {
namespace {

#ifdef __APPLE__
constexpr std::array<const char*, 4> kLibraryNames{
    "libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib", "/usr/local/opt/libpq/lib/libpq.5.dylib",
    "/opt/homebrew/lib/libpq.5.dylib"};
#else
constexpr std::array<const char*, 1> kLibraryNames{"libpq.so.5"};
#endif

template <class Function>
bool find_function(void* library, const char* name, Function& place) {
  place =
      reinterpret_cast<Function>(::dlsym(library, name));  // NOLINT(*-reinterpret-cast): what dlsym is for
  return place != nullptr;
}

}  // namespace

core::Result<std::shared_ptr<const Libpq>> Libpq::load() {
  void* library = nullptr;
  for (const char* name : kLibraryNames) {
    library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
  }
  if (library == nullptr) {
    const char* why = ::dlerror();
    return core::Error(
        core::ErrorCode::storage_unavailable,
        fmt::format("The client library of PostgreSQL is not there: {}.", why != nullptr ? why : "unknown"),
        "Install it (libpq5 of Debian and Ubuntu, libpq of Homebrew), then restart the daemon.");
  }
  std::shared_ptr<Libpq> loaded(new Libpq(library));
  const bool is_whole = find_function(library, "PQconnectStartParams", loaded->connect_start_params) &&
                        find_function(library, "PQconnectPoll", loaded->connect_poll) &&
                        find_function(library, "PQstatus", loaded->status) &&
                        find_function(library, "PQsocket", loaded->socket) &&
                        find_function(library, "PQfinish", loaded->finish) &&
                        find_function(library, "PQerrorMessage", loaded->error_message) &&
                        find_function(library, "PQsetnonblocking", loaded->set_nonblocking) &&
                        find_function(library, "PQsetNoticeProcessor", loaded->set_notice_processor) &&
                        find_function(library, "PQsendQuery", loaded->send_query) &&
                        find_function(library, "PQsendQueryParams", loaded->send_query_params) &&
                        find_function(library, "PQflush", loaded->flush) &&
                        find_function(library, "PQconsumeInput", loaded->consume_input) &&
                        find_function(library, "PQisBusy", loaded->is_busy) &&
                        find_function(library, "PQgetResult", loaded->get_result) &&
                        find_function(library, "PQresultStatus", loaded->result_status) &&
                        find_function(library, "PQresultErrorField", loaded->result_error_field) &&
                        find_function(library, "PQntuples", loaded->tuples) &&
                        find_function(library, "PQnfields", loaded->fields) &&
                        find_function(library, "PQgetisnull", loaded->is_null) &&
                        find_function(library, "PQgetvalue", loaded->value) &&
                        find_function(library, "PQclear", loaded->clear) &&
                        find_function(library, "PQnotifies", loaded->notifies) &&
                        find_function(library, "PQfreemem", loaded->free_memory);
  if (!is_whole) {
    return core::Error(core::ErrorCode::storage_unavailable,
                       "The client library of PostgreSQL lacks functions that are needed.",
                       "Install that of PostgreSQL 12 or newer, then restart the daemon.");
  }
  return std::shared_ptr<const Libpq>(std::move(loaded));
}

Libpq::~Libpq() {
  ::dlclose(library_);
}

}  // namespace governor::daemon
