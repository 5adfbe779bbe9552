#include "daemon/lifecycle/logging.hpp"

#include <spdlog/sinks/dup_filter_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>

namespace governor::daemon {

void set_up_logging(bool foreground, const std::string& file, const std::string& level) {
  constexpr std::size_t kFileBytes = 5 * 1024 * 1024;
  constexpr std::size_t kOlderFiles = 4;
  std::shared_ptr<spdlog::sinks::sink> target;
  if (foreground) {
    target = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  } else {
    target = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, kFileBytes, kOlderFiles);
  }
  auto limited = std::make_shared<spdlog::sinks::dup_filter_sink_mt>(std::chrono::seconds(10));
  limited->add_sink(std::move(target));
  auto logger = std::make_shared<spdlog::logger>("governord", std::move(limited));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace governor::daemon
