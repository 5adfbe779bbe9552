// A git that has ended while it was written to is an error that is told, and no end of the process.
#include <signal.h>

namespace {

[[maybe_unused]] const auto kBefore = ::signal(SIGPIPE, SIG_IGN);

}  // namespace
