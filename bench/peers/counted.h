// What count_calls.c counts in a server, and where: BENCH_COUNTS names a file that holds one number for each,
// so that somebody else can look before and after.
#ifndef GOVERNOR_BENCH_COUNTED_H
#define GOVERNOR_BENCH_COUNTED_H

enum Counted {
  COUNTED_SOCKET_READS,
  COUNTED_SOCKET_WRITES,
  COUNTED_POLLS,
  COUNTED_POLL_CHANGES,
  COUNTED_WAKES,  // of another thread: a condition variable, or a write to a descriptor that is polled
  COUNTED_FILE_READS,
  COUNTED_FILE_WRITES,
  COUNTED_SYNCS,
  COUNTED_FILE_LOOKS,
  COUNTED_FILE_LOCKS,
  COUNTED_ALLOCATIONS,
  COUNTED_ALLOCATED_BYTES,
  COUNTED_COPIED_BYTES,
  COUNTED_KINDS
};

#define COUNTED_NAMES                                                                                        \
  {                                                                                                          \
    "socket_reads", "socket_writes", "polls", "poll_changes", "wakes", "file_reads", "file_writes", "syncs", \
        "file_looks", "file_locks", "allocations", "allocated_bytes", "copied_bytes"                         \
  }

#endif
