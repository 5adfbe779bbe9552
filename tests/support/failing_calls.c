#include "failing_calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static enum failing_calls_mode current = failing_calls_off;
static long calls_left = 0;
static int reached = 0;
static const char* reached_name = "no call";

void failing_calls_set(enum failing_calls_mode mode, long call) {
  current = mode;
  calls_left = call;
  reached = 0;
  reached_name = "no call";
}

int failing_calls_reached(void) {
  return reached;
}

const char* failing_calls_name(void) {
  return reached_name;
}

enum { most_points = 16384, most_frames = 8 };
static struct failing_calls_point points[most_points];
static long watched = 0;

void failing_calls_watch(void) {
  void* frames[1];
  backtrace(frames, 1); /* its first call loads a library, which opens files */
  watched = 0;
  failing_calls_set(failing_calls_write_down, 0);
}

long failing_calls_watched(const struct failing_calls_point** found) {
  *found = points;
  return watched;
}

static void write_down(const char* name, int changes) {
  void* frames[most_frames];
  const int depth = backtrace(frames, most_frames);
  unsigned long site = (unsigned long)name;
  for (int i = 0; i < depth; ++i) site = site * 1000003UL + (unsigned long)frames[i];
  if (watched < most_points) points[watched++] = (struct failing_calls_point){site, changes};
}

static int fails_at(const char* name, int error, int changes) {
  if (current == failing_calls_off) return 0;
  if (current == failing_calls_write_down) {
    write_down(name, changes);
    return 0;
  }
  if (calls_left > 0) {
    --calls_left;
    return 0;
  }
  if (calls_left < 0 && current != failing_calls_fail_from) return 0;
  calls_left = -1;
  if (!reached) reached_name = name;
  reached = 1;
  if (current == failing_calls_end) _exit(9);
  errno = error;
  return 1;
}

static int fails(const char* name, int error) {
  return fails_at(name, error, 0);
}

static int change_fails(const char* name, int error) {
  return fails_at(name, error, 1);
}

/* The next definition of the name, which is the system's. Converted by copying, as POSIX recommends. */
#define FIND_REAL(name, type)                         \
  static type real_##name;                            \
  if (real_##name == NULL) {                          \
    void* found = dlsym(RTLD_NEXT, #name);            \
    memcpy(&real_##name, &found, sizeof real_##name); \
  }

typedef int (*open_call)(const char*, int, ...);
typedef ssize_t (*write_call)(int, const void*, size_t);
typedef ssize_t (*pwrite_call)(int, const void*, size_t, off_t);
typedef ssize_t (*pread_call)(int, void*, size_t, off_t);
typedef int (*path_call)(const char*);
typedef int (*two_paths_call)(const char*, const char*);
typedef int (*truncate_call)(int, off_t);

#define DEFINE_OPEN(name)                                                                   \
  int name(const char* path, int flags, ...) {                                              \
    FIND_REAL(name, open_call)                                                              \
    mode_t mode = 0;                                                                        \
    if ((flags & O_CREAT) != 0) {                                                           \
      va_list more;                                                                         \
      va_start(more, flags);                                                                \
      mode = (mode_t)va_arg(more, unsigned int);                                            \
      va_end(more);                                                                         \
    }                                                                                       \
    if (strncmp(path, "/dev/", 5) != 0 && fails_at(#name, EIO, flags & O_CREAT)) return -1; \
    return real_##name(path, flags, mode);                                                  \
  }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

#define DEFINE_PWRITE(name)                                       \
  ssize_t name(int fd, const void* data, size_t size, off_t at) { \
    FIND_REAL(name, pwrite_call)                                  \
    if (change_fails(#name, ENOSPC)) return -1;                   \
    return real_##name(fd, data, size, at);                       \
  }
DEFINE_PWRITE(pwrite)
DEFINE_PWRITE(pwrite64)

#define DEFINE_PREAD(name)                                  \
  ssize_t name(int fd, void* data, size_t size, off_t at) { \
    FIND_REAL(name, pread_call)                             \
    if (fails(#name, EIO)) return -1;                       \
    return real_##name(fd, data, size, at);                 \
  }
DEFINE_PREAD(pread)
DEFINE_PREAD(pread64)

#define DEFINE_TRUNCATE(name)                \
  int name(int fd, off_t size) {             \
    FIND_REAL(name, truncate_call)           \
    if (change_fails(#name, EIO)) return -1; \
    return real_##name(fd, size);            \
  }
DEFINE_TRUNCATE(ftruncate)
DEFINE_TRUNCATE(ftruncate64)

ssize_t write(int fd, const void* data, size_t size) {
  FIND_REAL(write, write_call)
  if (fd > STDERR_FILENO && change_fails("write", ENOSPC)) return -1;
  return real_write(fd, data, size);
}

/* The disk itself is not waited for: the order of the calls is what is tested. */
int fsync(int fd) {
  (void)fd;
  return fails("fsync", EIO) ? -1 : 0;
}

int fdatasync(int fd) {
  (void)fd;
  return fails("fdatasync", EIO) ? -1 : 0;
}

int rename(const char* from, const char* to) {
  FIND_REAL(rename, two_paths_call)
  if (change_fails("rename", EIO)) return -1;
  return real_rename(from, to);
}

int unlink(const char* path) {
  FIND_REAL(unlink, path_call)
  if (change_fails("unlink", EIO)) return -1;
  return real_unlink(path);
}

int remove(const char* path) {
  FIND_REAL(remove, path_call)
  if (change_fails("remove", EIO)) return -1;
  return real_remove(path);
}
