#pragma once

/* System calls on files that fail, or at which the process ends as if it were killed. For a test program that
 * is linked with failing_calls.c: its own code and the libraries it uses then go through this. */

#ifdef __cplusplus
extern "C" {
#endif

enum failing_calls_mode {
  failing_calls_off,
  failing_calls_fail,
  failing_calls_fail_from,
  failing_calls_end,
  failing_calls_write_down
};

/* Call number `call` from now on (the first is 0) gives EIO, or ENOSPC where that can be; or it and all after
 * it; or the process ends before it. */
void failing_calls_set(enum failing_calls_mode mode, long call);
/* Nothing fails from now on; each call is written down instead. */
void failing_calls_watch(void);

struct failing_calls_point {
  unsigned long site; /* the same for calls that come the same way, as far as the nearest callers tell */
  int changes;        /* the call may change what is on the disk */
};
/* The calls since then, in order; the array stays until the next watch. */
long failing_calls_watched(const struct failing_calls_point** points);

/* Whether such a call has come since then, and its name. */
int failing_calls_reached(void);
const char* failing_calls_name(void);

#ifdef __cplusplus
}
#endif
