#include "daemon/store/row_hash_function.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "daemon/store/row_chain.hpp"

namespace governor::daemon {
namespace {

void append_raw(std::string& bytes, const void* data, std::size_t size) {
  bytes.append(static_cast<const char*>(data), size);
}

void append_value(std::string& bytes, sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  bytes += static_cast<char>(type);
  if (type == SQLITE_INTEGER) {
    const std::int64_t number = sqlite3_value_int64(value);
    append_raw(bytes, &number, sizeof number);
  } else if (type == SQLITE_FLOAT) {
    const double number = sqlite3_value_double(value);
    append_raw(bytes, &number, sizeof number);
  } else if (type != SQLITE_NULL) {
    const void* data = sqlite3_value_blob(value);  // of a text its bytes
    const auto size = static_cast<std::int64_t>(sqlite3_value_bytes(value));
    append_raw(bytes, &size, sizeof size);
    if (size > 0) append_raw(bytes, data, static_cast<std::size_t>(size));
  }
}

void row_hash(sqlite3_context* context, int count, sqlite3_value** values) {
  std::string bytes;
  for (int i = 0; i < count; ++i) append_value(bytes, values[i]);
  const RowHash hash = chain_hash({}, bytes);
  sqlite3_result_blob(context, hash.data(), static_cast<int>(hash.size()), SQLITE_TRANSIENT);
}

}  // namespace

void add_row_hash_function(SQLite::Database& database) {
  database.createFunction("governor_row_hash", -1, true, nullptr, row_hash, nullptr, nullptr, nullptr);
}

}  // namespace governor::daemon
