// LD_PRELOAD shim: makes every fsync and fdatasync slower by BENCH_FSYNC_DELAY_US microseconds, to stand in
// for a slow disk. The real call is made first, so durability stays what it was.
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

typedef int sync_function(int);

static int slow(const char* name, int descriptor) {
  // dlsym gives void*; C has no cast from it to a function pointer that every warning level accepts.
  union {
    void* object;
    sync_function* function;
  } real = {.object = dlsym(RTLD_NEXT, name)};
  int result = real.function(descriptor);
  int error = errno;
  const char* setting = getenv("BENCH_FSYNC_DELAY_US");
  long delay_us = setting != NULL ? atol(setting) : 0;
  if (delay_us > 0) {
    struct timespec left = {.tv_sec = delay_us / 1000000, .tv_nsec = delay_us % 1000000 * 1000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) continue;
  }
  errno = error;
  return result;
}

int fsync(int descriptor) {
  return slow("fsync", descriptor);
}

int fdatasync(int descriptor) {
  return slow("fdatasync", descriptor);
}
