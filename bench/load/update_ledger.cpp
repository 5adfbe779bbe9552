#include "bench/load/update_ledger.hpp"

#include <algorithm>

#include "bench/load/endpoint.hpp"
#include "bench/load/governor_dialect.hpp"

namespace governor::bench {
namespace {

// Well under the 256 unanswered lines a session may have.
constexpr std::size_t kInFlight = 64;

std::uint64_t repeats(std::vector<std::uint64_t>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  const auto unique_end = std::unique(numbers.begin(), numbers.end());
  const auto repeated = static_cast<std::uint64_t>(numbers.end() - unique_end);
  numbers.erase(unique_end, numbers.end());
  return repeated;
}

void compare(const std::string& agent, std::vector<std::uint64_t>& numbers, std::uint64_t updates,
             Verification& result) {
  result.acknowledged += numbers.size();
  result.repeated += repeats(numbers);
  const std::uint64_t before = numbers.front() - 1;
  result.missing += numbers.back() - before - numbers.size();
  if (updates < numbers.back()) {
    result.problem = agent + " was acknowledged update " + std::to_string(numbers.back()) + " but has " +
                     std::to_string(updates);
  }
  if (updates > before) result.stored += updates - before;
}

}  // namespace

UpdateLedger::UpdateLedger(std::string prefix, std::uint32_t agents) : acknowledged_(agents) {
  for (std::uint32_t i = 0; i < agents; ++i) names_.push_back(prefix + std::to_string(i));
}

Verification UpdateLedger::verify(const std::string& socket, std::uint64_t unanswered, double seconds) {
  Verification result;
  std::vector<std::uint32_t> touched;
  for (std::uint32_t i = 0; i < acknowledged_.size(); ++i) {
    if (!acknowledged_[i].empty()) touched.push_back(i);
  }
  result.agents = touched.size();
  LineChannel channel(connect_unix(socket), seconds);
  for (std::size_t done = 0; done < touched.size();) {
    const std::size_t size = std::min(kInFlight, touched.size() - done);
    std::string lines;
    for (std::size_t i = 0; i < size; ++i)
      lines += metrics_request(names_[touched[done + i]], done + i) + "\n";
    channel.send(lines);
    // Answers to plain lines may overtake each other, so each is matched by its id.
    for (std::size_t i = 0; i < size; ++i) {
      std::string reply;
      std::uint64_t id = 0;
      std::uint64_t updates = 0;
      if (!channel.receive(reply) || !find_number(reply, "id", id) ||
          !find_number(reply, "updates", updates) || id < done || id >= done + size) {
        result.problem = "the daemon did not say how many updates it stored: " + reply.substr(0, 300);
        return result;
      }
      compare(names_[touched[id]], acknowledged_[touched[id]], updates, result);
    }
    done += size;
  }
  result.complete = true;
  // A request whose answer never came may have been stored: that is not a disagreement.
  if (result.stored > result.acknowledged && result.stored - result.acknowledged <= unanswered) {
    result.stored = result.acknowledged;
    result.missing = 0;
  }
  return result;
}

}  // namespace governor::bench
