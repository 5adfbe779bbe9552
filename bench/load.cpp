// Closed-loop load generator. `load --help` says how it is used; README.md what it is for.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <memory>

#include "bench/load/closed_loop.hpp"
#include "bench/load/governor_dialect.hpp"
#include "bench/load/line_dialect.hpp"
#include "bench/load/options.hpp"
#include "bench/load/redis_dialect.hpp"
#include "bench/load/report.hpp"
#include "bench/load/update_ledger.hpp"

using namespace governor::bench;

namespace {

constexpr double kVerifySeconds = 120;

int run(const Options& options) {
  UpdateLedger ledger(options.agent_prefix, options.agents);
  GovernorDialect governor(options, ledger);
  LineDialect line(governor);
  std::unique_ptr<RedisDialect> redis;
  Dialect* dialect = &governor;
  if (options.target == Target::kRedis) {
    redis = std::make_unique<RedisDialect>(options.socket);
    dialect = redis.get();
  } else if (options.target == Target::kRawlog || options.target == Target::kEcho) {
    dialect = &line;
  }
  Measurement measurement = ClosedLoop(options, *dialect).run();
  const bool verifies = options.target == Target::kUpdate && options.verify;
  Verification verification;
  if (verifies) verification = ledger.verify(options.socket, measurement.unanswered, kVerifySeconds);
  print_report(options, measurement, verifies ? &verification : nullptr);
  return measurement.failures == 0 && (!verifies || verification.exact()) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  signal(SIGPIPE, SIG_IGN);
  // The last guard: whatever hangs, this process does not outlive its deadline for long.
  alarm(static_cast<unsigned>(options.deadline + kVerifySeconds + 30));
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
