#pragma once

#include <cstdint>
#include <string>

namespace governor::bench {

// A response text of about 300 bytes as an agent writes it, already escaped for JSON; differs with every
// (client, number), because equal texts in a row mean a looping agent to the daemon.
inline void append_sample_text(int client, std::uint64_t number, std::string& out) {
  static const char* const kSentences[] = {
      "Moved the retry policy into its own type and covered the backoff limits with a table of cases. ",
      "The failing test was reading the clock twice; it now takes the time as an argument. ",
      "Renamed \\\"handler\\\" to what it does, no behaviour changed, all 214 tests pass. ",
      "Profiling shows 60 % of the time in the JSON parser, so the cache goes in front of it.\\n",
      "Left the migration reversible: the old column stays until the next release has been out a week. ",
      "I am not certain that the lock is still needed here, a reviewer should look at lines 80 to 95. ",
      "Checked the error path by hand with a full disk, the message names the file and the remedy. ",
      "Split the 400-line function along its three phases; the state they share is now a struct. ",
  };
  constexpr std::uint64_t kCount = sizeof kSentences / sizeof *kSentences;
  out += "Step ";
  out += std::to_string(client);
  out += '.';
  out += std::to_string(number);
  out += ": ";
  for (std::uint64_t i = 0; i < 3; ++i) out += kSentences[(number + i * (1 + number % 3)) % kCount];
}

}  // namespace governor::bench
