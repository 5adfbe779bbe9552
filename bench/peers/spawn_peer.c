// The floor for starting a proxy: a static C program that connects, forwards one line from stdin, prints the
// one line that comes back, and ends with its stdin (so that its memory can be read while it waits). usage:
// spawn_peer SOCKET
#include <signal.h>

#include "unix_socket.h"

static char line[65536];

// Returns the size of one line including its newline; anything after it is dropped.
static size_t read_line(int descriptor) {
  size_t size = 0;
  while (size < sizeof line) {
    ssize_t got = read(descriptor, line + size, sizeof line - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) exit(1);
    char* newline = memchr(line + size, '\n', (size_t)got);
    size += (size_t)got;
    if (newline != NULL) return (size_t)(newline + 1 - line);
  }
  exit(1);
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: spawn_peer SOCKET\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int server = unix_connect(argv[1]);
  if (write_all(server, line, read_line(STDIN_FILENO)) < 0) return 1;
  if (write_all(STDOUT_FILENO, line, read_line(server)) < 0) return 1;
  while (read(STDIN_FILENO, line, sizeof line) > 0) continue;
  return 0;
}
