#pragma once

/* System calls on files that fail, or at which the process ends as if it were killed. For a test program that
 * is linked with failing_calls.c: its own code and the libraries it uses then go through this. */

#ifdef __cplusplus
extern "C" {
#endif

enum failing_calls_mode { failing_calls_off, failing_calls_fail, failing_calls_fail_from, failing_calls_end };

/* Call number `call` from now on (the first is 0) gives EIO, or ENOSPC where that can be; or it and all after
 * it; or the process ends before it. */
void failing_calls_set(enum failing_calls_mode mode, long call);
/* Whether such a call has come since then, and its name. */
int failing_calls_reached(void);
const char* failing_calls_name(void);

#ifdef __cplusplus
}
#endif
