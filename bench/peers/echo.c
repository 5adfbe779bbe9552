// The floor for a read-only call: a Unix-socket server that sends every line back unchanged, one epoll loop.
// usage: echo SOCKET
#include <signal.h>
#include <sys/epoll.h>

#include "unix_socket.h"

enum { kEvents = 256, kBuffer = 65536 };

static void accept_all(int poller, int listener) {
  int connection;
  while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = connection}};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, connection, &event) < 0) die("epoll_ctl");
  }
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: echo SOCKET\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int listener = unix_listen(argv[1]);
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event first = {.events = EPOLLIN, .data = {.fd = listener}};
  if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &first) < 0) die("epoll");
  static char buffer[kBuffer];
  struct epoll_event events[kEvents];
  for (;;) {
    int ready = epoll_wait(poller, events, kEvents, -1);
    for (int i = 0; i < ready; ++i) {
      int connection = events[i].data.fd;
      if (connection == listener) {
        accept_all(poller, listener);
        continue;
      }
      ssize_t size = read(connection, buffer, sizeof buffer);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      // Bytes are lines here: a closed loop sends one whole line and waits for it.
      if (size <= 0 || write_all(connection, buffer, (size_t)size) < 0) close(connection);
    }
  }
}
