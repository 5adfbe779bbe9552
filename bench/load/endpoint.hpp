#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace governor::bench {

// Two ends of one conversation: a socket (both descriptors equal) or the pipes of a process of ours.
// Owned by whoever holds it; `close_endpoint` ends it.
struct Endpoint {
  int read_fd = -1;
  int write_fd = -1;
  pid_t process = -1;
};

// These throw std::system_error.
Endpoint connect_unix(const std::string& path);
Endpoint spawn_piped(const std::vector<std::string>& command);

// Closes the descriptors; a process gets 2 s to end by itself, then SIGKILL, and is reaped.
void close_endpoint(Endpoint& endpoint);

// The process that listens on the socket, -1 when it cannot be reached.
pid_t server_process(const std::string& path);

// User and system time of a process of any user's own, in seconds; negative when it is gone.
double process_seconds(pid_t process);

// Writes everything, waiting at most `seconds`; false when the other side is gone or does not read.
bool write_fully(int descriptor, const std::string& bytes, double seconds);

// A blocking line conversation for the few requests around a run.
class LineChannel {
 public:
  LineChannel(Endpoint endpoint, double seconds);
  ~LineChannel();
  LineChannel(const LineChannel&) = delete;
  LineChannel& operator=(const LineChannel&) = delete;

  bool send(const std::string& bytes);
  // One line without its newline; false on the end, an error, or the deadline.
  bool receive(std::string& line);

 private:
  Endpoint endpoint_;
  double deadline_;
  std::string buffer_;
};

// Monotonic time in seconds.
double now_seconds();

}  // namespace governor::bench
