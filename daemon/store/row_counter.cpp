#include "daemon/store/row_counter.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <utility>

#include "daemon/store/removed_rows.hpp"

namespace governor::daemon {
namespace {

/// Of a hundred million rows and a slow disk; the write-ahead log cannot be emptied meanwhile.
constexpr std::chrono::minutes kLongestCount{10};

}  // namespace

RowCounter::RowCounter(std::string database, std::function<void(const std::string& what)> tell)
    : database_(std::move(database)), tell_(std::move(tell)), thread_([this] { count(); }) {}

RowCounter::~RowCounter() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void RowCounter::count() noexcept {
  try {
    SQLite::Database database(database_, SQLite::OPEN_READONLY, 2000);
    const RowCount count = count_rows(database, kLongestCount, &stop_);
    if (count.miscounted) tell_("The database is damaged: " + miscount_text(*count.miscounted) + ".");
    if (!count.complete && !stop_) spdlog::warn("the rows of the database are too many to be counted");
  } catch (const std::exception& failure) {
    spdlog::warn("the rows of the database could not be counted: {}", failure.what());
  }
}

}  // namespace governor::daemon
