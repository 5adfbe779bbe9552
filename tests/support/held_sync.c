// LD_PRELOAD library: fsync() and fdatasync() wait while another process holds the lock of GOVERNOR_TEST_DISK, as on a
// disk that hangs.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

typedef int sync_function(int);

static int held(const char* name, int descriptor) {
  // dlsym gives void*; C has no cast from it to a function pointer that every warning level accepts.
  union {
    void* object;
    sync_function* function;
  } real = {.object = dlsym(RTLD_NEXT, name)};
  const char* path = getenv("GOVERNOR_TEST_DISK");
  const int lock = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (lock >= 0) {
    while (flock(lock, LOCK_SH) != 0 && errno == EINTR) continue;
    close(lock);
  }
  return real.function(descriptor);
}

int fsync(int descriptor) { return held("fsync", descriptor); }

int fdatasync(int descriptor) { return held("fdatasync", descriptor); }
