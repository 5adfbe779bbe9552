// Unix stream sockets for the peers: listen, connect, and writing all of a small message.
#pragma once

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static inline void die(const char* what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static inline struct sockaddr_un unix_address(const char* path) {
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    die(path);
  }
  strcpy(address.sun_path, path);
  return address;
}

// The path must not exist: the harness gives every server a fresh directory.
static inline int unix_listen(const char* path) {
  struct sockaddr_un address = unix_address(path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) die("socket");
  if (bind(listener, (struct sockaddr*)&address, sizeof address) < 0) die(path);
  if (listen(listener, 1024) < 0) die("listen");
  return listener;
}

static inline int unix_connect(const char* path) {
  struct sockaddr_un address = unix_address(path);
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) die("socket");
  if (connect(connection, (struct sockaddr*)&address, sizeof address) < 0) die(path);
  return connection;
}

// Returns 0, or -1 when the other side has gone. Waits when the descriptor is full.
static inline int write_all(int descriptor, const char* data, size_t size) {
  while (size > 0) {
    ssize_t written = write(descriptor, data, size);
    if (written > 0) {
      data += written;
      size -= (size_t)written;
    } else if (written < 0 && errno == EAGAIN) {
      struct pollfd full = {.fd = descriptor, .events = POLLOUT, .revents = 0};
      poll(&full, 1, -1);
    } else if (written < 0 && errno != EINTR) {
      return -1;
    }
  }
  return 0;
}
