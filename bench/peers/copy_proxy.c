// The floor for a proxy: copies bytes between stdin/stdout and a Unix socket, one poll loop, nothing else.
// Linked statically, like governor-proxy.
// usage: copy_proxy SOCKET
#include <signal.h>

#include "unix_socket.h"

enum { kBuffer = 65536 };

static char buffer[kBuffer];

// Returns 0 when `from` has ended or `to` has gone.
static int copy(int from, int to) {
  ssize_t size = read(from, buffer, sizeof buffer);
  if (size < 0 && errno == EINTR) return 1;
  return size > 0 && write_all(to, buffer, (size_t)size) == 0;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: copy_proxy SOCKET\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int server = unix_connect(argv[1]);
  struct pollfd sides[2] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                            {.fd = server, .events = POLLIN, .revents = 0}};
  for (;;) {
    if (poll(sides, 2, -1) < 0 && errno != EINTR) die("poll");
    if (sides[0].revents != 0 && !copy(STDIN_FILENO, server)) return 0;
    if (sides[1].revents != 0 && !copy(server, STDOUT_FILENO)) return 0;
  }
}
