// LD_PRELOAD shim: counts the calls of the C library that cost something, see counted.h. The counts do not
// depend on how fast the machine is, nor on what else it does.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "counted.h"

static _Atomic unsigned long long unseen[COUNTED_KINDS];
static _Atomic unsigned long long* counts = unseen;

static void count(enum Counted what, unsigned long long by) {
  atomic_fetch_add_explicit(&counts[what], by, memory_order_relaxed);
}

__attribute__((constructor)) static void share_counts(void) {
  const char* path = getenv("BENCH_COUNTS");
  if (path == NULL) return;
  const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, sizeof unseen) != 0) return;
  void* shared = mmap(NULL, sizeof unseen, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) counts = shared;
  close(file);
}

// dlsym gives void*; C has no cast from it to a function pointer that every warning level accepts.
#define LOOK_UP(name)           \
  union {                       \
    void* object;               \
    __typeof__(name)* function; \
  } real = {.object = dlsym(RTLD_NEXT, #name)}

#define COUNT(what, result, name, parameters, ...) \
  result name parameters;                          \
  result name parameters {                         \
    LOOK_UP(name);                                 \
    count(what, 1);                                \
    return real.function(__VA_ARGS__);             \
  }

typedef struct stat Stat;
typedef struct stat64 Stat64;
COUNT(COUNTED_SOCKET_READS, ssize_t, recvmsg, (int fd, struct msghdr* message, int flags), fd, message, flags)
COUNT(COUNTED_SOCKET_READS, ssize_t, recv, (int fd, void* to, size_t size, int flags), fd, to, size, flags)
COUNT(COUNTED_SOCKET_WRITES, ssize_t, sendmsg, (int fd, const struct msghdr* message, int flags), fd, message,
      flags)
COUNT(COUNTED_SOCKET_WRITES, ssize_t, send, (int fd, const void* from, size_t size, int flags), fd, from,
      size, flags)
COUNT(COUNTED_POLLS, int, epoll_wait, (int fd, struct epoll_event* events, int room, int timeout), fd, events,
      room, timeout)
COUNT(COUNTED_POLL_CHANGES, int, epoll_ctl, (int fd, int change, int of, struct epoll_event* event), fd,
      change, of, event)
COUNT(COUNTED_WAKES, int, pthread_cond_signal, (pthread_cond_t * condition), condition)
COUNT(COUNTED_WAKES, int, pthread_cond_broadcast, (pthread_cond_t * condition), condition)
COUNT(COUNTED_WAKES, ssize_t, write, (int fd, const void* from, size_t size), fd, from, size)
COUNT(COUNTED_FILE_READS, ssize_t, pread64, (int fd, void* to, size_t size, off64_t at), fd, to, size, at)
COUNT(COUNTED_FILE_WRITES, ssize_t, pwrite64, (int fd, const void* from, size_t size, off64_t at), fd, from,
      size, at)
COUNT(COUNTED_FILE_WRITES, ssize_t, pwrite, (int fd, const void* from, size_t size, off_t at), fd, from, size,
      at)
COUNT(COUNTED_SYNCS, int, fsync, (int fd), fd)
COUNT(COUNTED_SYNCS, int, fdatasync, (int fd), fd)
COUNT(COUNTED_FILE_LOOKS, int, stat, (const char* path, Stat* into), path, into)
COUNT(COUNTED_FILE_LOOKS, int, stat64, (const char* path, Stat64* into), path, into)
COUNT(COUNTED_FILE_LOOKS, int, lstat, (const char* path, Stat* into), path, into)
COUNT(COUNTED_FILE_LOOKS, int, lstat64, (const char* path, Stat64* into), path, into)
COUNT(COUNTED_FILE_LOOKS, int, fstat, (int fd, Stat* into), fd, into)
COUNT(COUNTED_FILE_LOOKS, int, fstat64, (int fd, Stat64* into), fd, into)
COUNT(COUNTED_FILE_LOOKS, int, access, (const char* path, int mode), path, mode)

int fcntl64(int fd, int command, ...);
int fcntl64(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  if (command == F_SETLK || command == F_GETLK) count(COUNTED_FILE_LOCKS, 1);
  LOOK_UP(fcntl64);
  return real.function(fd, command, argument);
}

// Under these names the library offers its own, so that nothing has to be looked up while memory is wanted.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t number, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

static void count_allocation(size_t size) {
  count(COUNTED_ALLOCATIONS, 1);
  count(COUNTED_ALLOCATED_BYTES, size);
}

void* malloc(size_t size) {
  count_allocation(size);
  return __libc_malloc(size);
}

void* calloc(size_t number, size_t size) {
  count_allocation(number * size);
  return __libc_calloc(number, size);
}

void* realloc(void* block, size_t size) {
  count_allocation(size);
  return __libc_realloc(block, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  count_allocation(size);
  return __libc_memalign(alignment, size);
}

// What the compiler has not made into single moves. Byte by byte: the time does not matter here.
void* memcpy(void* restrict to, const void* restrict from, size_t size) {
  count(COUNTED_COPIED_BYTES, size);
  for (size_t i = 0; i < size; ++i) ((char*)to)[i] = ((const char*)from)[i];
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  count(COUNTED_COPIED_BYTES, size);
  if (to < from) {
    for (size_t i = 0; i < size; ++i) ((char*)to)[i] = ((const char*)from)[i];
  } else {
    for (size_t i = size; i > 0; --i) ((char*)to)[i - 1] = ((const char*)from)[i - 1];
  }
  return to;
}
