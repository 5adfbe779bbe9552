// Stands between a test's program and the C library: each call on files can be watched, held up and made to
// fail.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/// The error to fail with; 0: go on. Defined beside the tests.
int governor_fault(const char* call, const char* path);

#define NEXT(name)               \
  static __typeof__(name)* next; \
  if (next == NULL) *(void**)&next = dlsym(RTLD_NEXT, #name)

#define FAIL_IF_TOLD(name, path)                  \
  do {                                            \
    const int fault = governor_fault(name, path); \
    if (fault != 0) {                             \
      errno = fault;                              \
      return -1;                                  \
    }                                             \
  } while (0)

int open(const char* path, int flags, ...) {
  NEXT(open);
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  FAIL_IF_TOLD("open", path);
  return next(path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  NEXT(openat);
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  FAIL_IF_TOLD("openat", path);
  return next(directory, path, flags, mode);
}

ssize_t read(int fd, void* bytes, size_t size) {
  NEXT(read);
  FAIL_IF_TOLD("read", NULL);
  return next(fd, bytes, size);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  NEXT(write);
  FAIL_IF_TOLD("write", NULL);
  return next(fd, bytes, size);
}

int fstat(int fd, struct stat* info) {
  NEXT(fstat);
  FAIL_IF_TOLD("fstat", NULL);
  return next(fd, info);
}

int fstatat(int directory, const char* path, struct stat* info, int flags) {
  NEXT(fstatat);
  FAIL_IF_TOLD("fstatat", path);
  return next(directory, path, info, flags);
}

int lstat(const char* path, struct stat* info) {
  NEXT(lstat);
  FAIL_IF_TOLD("lstat", path);
  return next(path, info);
}

int fsync(int fd) {
  NEXT(fsync);
  FAIL_IF_TOLD("fsync", NULL);
  return next(fd);
}

int fchmod(int fd, mode_t mode) {
  NEXT(fchmod);
  FAIL_IF_TOLD("fchmod", NULL);
  return next(fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group) {
  NEXT(fchown);
  FAIL_IF_TOLD("fchown", NULL);
  return next(fd, owner, group);
}

int mkdirat(int directory, const char* path, mode_t mode) {
  NEXT(mkdirat);
  FAIL_IF_TOLD("mkdirat", path);
  return next(directory, path, mode);
}

int linkat(int from, const char* old, int to, const char* fresh, int flags) {
  NEXT(linkat);
  FAIL_IF_TOLD("linkat", fresh);
  return next(from, old, to, fresh, flags);
}

int unlinkat(int directory, const char* path, int flags) {
  NEXT(unlinkat);
  FAIL_IF_TOLD("unlinkat", path);
  return next(directory, path, flags);
}

int renameat(int from, const char* old, int to, const char* fresh) {
  NEXT(renameat);
  FAIL_IF_TOLD("renameat", fresh);
  return next(from, old, to, fresh);
}

int renameat2(int from, const char* old, int to, const char* fresh, unsigned int flags) {
  NEXT(renameat2);
  FAIL_IF_TOLD("renameat2", fresh);
  return next(from, old, to, fresh, flags);
}
