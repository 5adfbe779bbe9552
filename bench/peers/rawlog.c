// The floor for a durable update: every line is appended to a file, one fdatasync covers all lines of one
// epoll batch, and only then are they answered with their number. No parsing, no index, no database. usage:
// rawlog SOCKET FILE [--sync-delay-us N]
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>

#include "unix_socket.h"

enum { kEvents = 1024, kLine = 65536 };

struct client {
  int socket;
  size_t size;       // bytes of lines not yet complete
  unsigned answers;  // lines of this batch that wait for the sync
  char bytes[kLine];
};

struct batch {
  char* bytes;
  size_t size, capacity;
  struct client* waiting[kEvents];
  int waiters;
};

static void append(struct batch* batch, const char* bytes, size_t size) {
  if (batch->size + size > batch->capacity) {
    batch->capacity = 2 * (batch->size + size);
    batch->bytes = realloc(batch->bytes, batch->capacity);
    if (batch->bytes == NULL) die("realloc");
  }
  memcpy(batch->bytes + batch->size, bytes, size);
  batch->size += size;
}

static void accept_all(int poller, int listener) {
  int connection;
  while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
    struct client* client = malloc(sizeof *client);
    if (client == NULL) die("malloc");
    client->socket = connection;
    client->size = 0;
    client->answers = 0;
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = client}};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, connection, &event) < 0) die("epoll_ctl");
  }
}

static void take_lines(struct client* client, struct batch* batch) {
  ssize_t size = read(client->socket, client->bytes + client->size, kLine - client->size);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    close(client->socket);
    free(client);
    return;
  }
  client->size += (size_t)size;
  const char* begin = client->bytes;
  const char* end = client->bytes + client->size;
  const char* newline;
  while (begin < end && (newline = memchr(begin, '\n', (size_t)(end - begin))) != NULL) {
    append(batch, begin, (size_t)(newline + 1 - begin));
    if (client->answers++ == 0) batch->waiting[batch->waiters++] = client;
    begin = newline + 1;
  }
  client->size = (size_t)(end - begin);
  memmove(client->bytes, begin, client->size);
}

static void make_durable(int file, const struct batch* batch, long delay_us) {
  if (write_all(file, batch->bytes, batch->size) < 0) die("write");
  if (fdatasync(file) < 0) die("fdatasync");
  if (delay_us > 0) {
    struct timespec delay = {.tv_sec = delay_us / 1000000, .tv_nsec = delay_us % 1000000 * 1000};
    nanosleep(&delay, NULL);
  }
}

static void answer(struct batch* batch, unsigned long* number) {
  for (int i = 0; i < batch->waiters; ++i) {
    struct client* client = batch->waiting[i];
    for (; client->answers > 0; --client->answers) {
      char line[32];
      int size = snprintf(line, sizeof line, "%lu\n", ++*number);
      // A client that has gone is noticed by the next read.
      (void)write_all(client->socket, line, (size_t)size);
    }
  }
  batch->waiters = 0;
  batch->size = 0;
}

int main(int argc, char** argv) {
  if (argc != 3 && !(argc == 5 && strcmp(argv[3], "--sync-delay-us") == 0)) {
    fprintf(stderr, "usage: rawlog SOCKET FILE [--sync-delay-us N]\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  long delay_us = argc == 5 ? atol(argv[4]) : 0;
  int file = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) die(argv[2]);
  int listener = unix_listen(argv[1]);
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event first = {.events = EPOLLIN, .data = {.ptr = NULL}};
  if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &first) < 0) die("epoll");
  static struct batch batch;
  static struct epoll_event events[kEvents];
  unsigned long number = 0;
  for (;;) {
    int ready = epoll_wait(poller, events, kEvents, -1);
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.ptr == NULL) {
        accept_all(poller, listener);
      } else {
        take_lines(events[i].data.ptr, &batch);
      }
    }
    if (batch.size == 0) continue;
    make_durable(file, &batch, delay_us);
    answer(&batch, &number);
  }
}
