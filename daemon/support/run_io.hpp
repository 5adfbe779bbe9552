#pragma once

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <exception>

namespace governor::daemon {

/// Serves until there is nothing more to do. An exception that a handler lets through ends that handler
/// alone: the others have nothing to do with it.
inline void run_io(boost::asio::io_context& io) {
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& failure) {
      spdlog::critical("an exception that was not foreseen: {}", failure.what());
    }
  }
}

}  // namespace governor::daemon
