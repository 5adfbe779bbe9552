/* How a daemon is found, started, replaced and ended: what README.md beside this says of it.
 *
 * A client is a governor-proxy or a governorctl, a daemon is one process of governord. What stands in one atomic step is
 * one call of the system, or several that nobody else can tell apart; between the steps anything may happen, and anybody
 * may be killed. */

#ifndef CLIENTS
#define CLIENTS 2   /* at most 3 */
#endif
#define DAEMONS 3   /* processes of governord that are known at the same time */
#ifndef CRASHES
#define CRASHES 2   /* at most so many processes are killed */
#endif
#ifndef IDLES
#define IDLES 1     /* so often a daemon finds that it has been idle for long enough */
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0  /* so often somebody who waits gives up */
#endif
#ifndef REQUESTS
#define REQUESTS 1  /* of each client */
#endif

/* Where the clients look. One place for all, or what differs when environments differ. */
#if defined(TWO_RUNTIME_DIRECTORIES)
#define RUNTIME(c) ((c) == 0 -> 0 : 1)
#define STATE(c) 0
#elif defined(TWO_STATE_DIRECTORIES)
#define RUNTIME(c) 0
#define STATE(c) ((c) == 0 -> 0 : 1)
#else
#define RUNTIME(c) 0
#define STATE(c) 0
#endif

/* The last client is of a newer build, and so is the daemon that it starts. */
#if defined(NEWER)
#define BUILD(c) ((c) == CLIENTS - 1 -> 2 : 1)
#else
#define BUILD(c) 1
#endif

#define NONE 0

/* The kernel's. A lock belongs to a process and goes with it. */
byte spawn_lock[2];   /* by runtime directory: client + 1 */
byte daemon_lock[2];  /* by runtime directory: daemon */
byte state_lock[2];   /* by state directory: daemon */
byte listener[2];     /* by runtime directory: the daemon to which a connect() at the path of the socket leads */
byte address_in[2];   /* by state directory: what daemon.address says, runtime directory + 1 */
byte address_of[2];   /* and the process that listens there */

mtype:link = { apart, queued, accepted, reset };
mtype:link link_state[CLIENTS] = apart;
byte peer[CLIENTS];   /* the daemon at the other end */
byte pipe[CLIENTS];   /* the daemon that was started and has not reported yet */
mtype:request = { none, sent, answered };
mtype:request request[CLIENTS] = none;
mtype:takeover = { not_wanted, wanted, asked, done };
mtype:takeover takeover[CLIENTS] = not_wanted;  /* of an older daemon's place; once in the life of a client */
bool over[CLIENTS];   /* served, or killed */

mtype:phase = { unused, starting, serving, stopping, gone };
mtype:phase phase[DAEMONS + 1] = unused;
mtype:report = { silent, ready, running, failed };
mtype:report report[DAEMONS + 1] = silent;  /* what the start-up pipe says; its end without a word is failed */
bool writes[DAEMONS + 1];          /* it has the database open */
byte runtime[DAEMONS + 1];
byte state[DAEMONS + 1];
byte build[DAEMONS + 1];
bool asked_to_leave[DAEMONS + 1];

byte crashes;
byte idles = IDLES;
byte timeouts = TIMEOUTS;

/* Kept only where a property speaks of it: each makes the number of states grow. */
#if defined(ONE_START)
byte starts;          /* of daemons, in all */
#define COUNT_START starts++; assert(starts <= 1)  /* of many that come at once one starts it */
#else
#define COUNT_START skip
#endif
#if defined(NEWER)
bool disturbed;       /* somebody was killed, gave up, or stayed although it was about to go */
#define DISTURB disturbed = true
#else
#define DISTURB skip
#endif

#define MAY_BE_KILLED :: atomic { crashes > 0 -> crashes--; DISTURB; goto killed }

/* Whom a connect() of somebody with these directories reaches (try_connect_daemon): first the socket in the runtime
 * directory, then the one that daemon.address names, if the process it names listens there. */
#define RECORDED(s) (address_in[s] != 0 && listener[address_in[s] - 1] == address_of[s] -> address_of[s] : NONE)
#define REACHED(r, s) (listener[r] != NONE -> listener[r] : RECORDED(s))

#if CLIENTS == 1
#define ANY(p) (p(0))
#elif CLIENTS == 2
#define ANY(p) (p(0) || p(1))
#else
#define ANY(p) (p(0) || p(1) || p(2))
#endif
#if CLIENTS == 1
#define REFERRED(d) (peer[0] == d || pipe[0] == d)
#elif CLIENTS == 2
#define REFERRED(d) (peer[0] == d || pipe[0] == d || peer[1] == d || pipe[1] == d)
#else
#define REFERRED(d) (peer[0] == d || pipe[0] == d || peer[1] == d || pipe[1] == d || peer[2] == d || pipe[2] == d)
#endif
#define FREE(d) (phase[d] == unused && !REFERRED(d))
#define IS_QUEUED(c) (peer[c] == d && link_state[c] == queued)
#define IS_ASKED(c) (peer[c] == d && link_state[c] == accepted && request[c] == sent)
#define IS_CONNECTED(c) (peer[c] == d && link_state[c] == accepted)

inline release_spawn_lock() {
  if
  :: spawn_lock[RUNTIME(c)] == c + 1 -> spawn_lock[RUNTIME(c)] = NONE
  :: else
  fi
}

/* ---- ipc/connector.cpp, proxy/daemon_link.cpp ---- */

proctype client(byte c) {
  byte todo = REQUESTS;
  byte slot;
#if defined(NEWER)
  bool calm = false;  /* when it asked */
#endif

connect:
  if
  MAY_BE_KILLED
  :: atomic { REACHED(RUNTIME(c), STATE(c)) != NONE ->
       peer[c] = REACHED(RUNTIME(c), STATE(c));
       link_state[c] = queued;
       pipe[c] = NONE }
     goto connected
  :: atomic { REACHED(RUNTIME(c), STATE(c)) == NONE && pipe[c] != NONE && report[pipe[c]] != silent ->
       if
       :: report[pipe[c]] == failed -> release_spawn_lock()  /* begin_anew(); the client tries again */
       :: else
       fi;
       pipe[c] = NONE }
     goto connect
  :: atomic { timeouts > 0 && pipe[c] != NONE ->  /* begin_anew(): it goes on starting */
       timeouts--; DISTURB; pipe[c] = NONE;
       release_spawn_lock() }
     goto connect
  :: REACHED(RUNTIME(c), STATE(c)) == NONE && pipe[c] == NONE ->
#ifdef NO_SPAWN_LOCK
     goto start
#else
     if
     :: spawn_lock[RUNTIME(c)] == c + 1 -> goto start
     :: spawn_lock[RUNTIME(c)] != c + 1 -> goto lock
     fi
#endif
  fi;

lock:
  if
  MAY_BE_KILLED
  :: atomic { spawn_lock[RUNTIME(c)] == NONE -> spawn_lock[RUNTIME(c)] = c + 1 }
#ifdef NO_SECOND_LOOK
     goto start
#else
     goto connect  /* somebody may have started one between the look and the lock */
#endif
  :: REACHED(RUNTIME(c), STATE(c)) != NONE -> goto connect
  fi;

start:
  if
  MAY_BE_KILLED
  :: atomic {
       if  /* more are never there at the same time, or the model is too small: then this waits */
       :: FREE(1) -> slot = 1
       :: !FREE(1) && FREE(2) -> slot = 2
       :: !FREE(1) && !FREE(2) && FREE(3) -> slot = 3
       fi;
       phase[slot] = starting;
       report[slot] = silent;
       runtime[slot] = RUNTIME(c);
       state[slot] = STATE(c);
       build[slot] = BUILD(c);
       asked_to_leave[slot] = false;
       pipe[c] = slot;
       slot = 0;
       COUNT_START }
     goto connect
  fi;

connected:
  if
  MAY_BE_KILLED
  :: atomic { takeover[c] != asked -> release_spawn_lock() }
  :: takeover[c] == asked  /* kept until hello has been answered */
  fi;

  /* hello */
  if
  MAY_BE_KILLED
  :: link_state[c] == reset -> goto lost
  :: atomic { link_state[c] == accepted ->
       if
       :: takeover[c] == asked ->
            takeover[c] = done;
#if defined(NEWER)
            assert(!calm || disturbed || build[peer[c]] >= BUILD(c));  /* who asked an older one to leave finds a newer */
            calm = false;
#endif
            release_spawn_lock()
       :: takeover[c] == not_wanted && build[peer[c]] < BUILD(c) -> takeover[c] = wanted
       :: else
       fi }
  fi;

  do
  MAY_BE_KILLED
  :: link_state[c] == reset -> goto lost
  :: atomic { link_state[c] == accepted && todo > 0 && request[c] == none -> request[c] = sent }
  :: atomic { request[c] == answered -> request[c] = none; todo-- }
#ifdef DRAIN_WITHOUT_LOCK
  :: atomic { link_state[c] == accepted && takeover[c] == wanted ->
#else
  :: atomic { link_state[c] == accepted && takeover[c] == wanted && spawn_lock[RUNTIME(c)] == NONE ->
       spawn_lock[RUNTIME(c)] = c + 1 }
  :: atomic { link_state[c] == accepted && takeover[c] == wanted && spawn_lock[RUNTIME(c)] == c + 1 ->
#endif
       asked_to_leave[peer[c]] = true;
#if defined(NEWER)
       calm = !disturbed;
#endif
       takeover[c] = asked }
  :: atomic { timeouts > 0 && takeover[c] == wanted || timeouts > 0 && takeover[c] == asked ->
       timeouts--; DISTURB;
       takeover[c] = done;
       release_spawn_lock() }
  :: todo == 0 && request[c] == none && (takeover[c] == not_wanted || takeover[c] == done) -> break
  od;
  goto killed;  /* leaving looks the same to everybody else */

lost:
  atomic {
    link_state[c] = apart;
    peer[c] = NONE;
    request[c] = none }  /* sent again over the next connection: resend.pml */
  goto connect;

killed:
  atomic {
    link_state[c] = apart;
    peer[c] = NONE;
    pipe[c] = NONE;
    request[c] = none;
    release_spawn_lock();
    over[c] = true }
}

/* ---- daemon/lifecycle/ ---- */

/* What waits in the queue of a listening socket that is closed is reset by the kernel. */
inline reset_links(which) {
  i = 0;
  do
  :: i == CLIENTS -> break
  :: i < CLIENTS && peer[i] == d && (link_state[i] == queued || link_state[i] == which) -> link_state[i] = reset; i++
  :: else -> i++
  od;
  i = 0
}

inline accept_waiting() {
  i = 0;
  do
  :: i == CLIENTS -> break
  :: i < CLIENTS && peer[i] == d && link_state[i] == queued -> link_state[i] = accepted; i++
  :: else -> i++
  od;
  i = 0
}

inline answer_all() {
  i = 0;
  do
  :: i == CLIENTS -> break
  :: i < CLIENTS && peer[i] == d && link_state[i] == accepted && request[i] == sent -> request[i] = answered; i++
  :: else -> i++
  od;
  i = 0
}

inline close_listener() {
  if :: listener[0] == d -> listener[0] = NONE :: else fi;
  if :: listener[1] == d -> listener[1] = NONE :: else fi
}

inline release_locks() {
#ifndef LOCKS_STAY
  if :: state_lock[state[d]] == d -> state_lock[state[d]] = NONE :: else fi;
  if :: daemon_lock[runtime[d]] == d -> daemon_lock[runtime[d]] = NONE :: else fi
#else
  /* as with files that say who holds a lock: they stay when their process is killed */
  if
  :: writes[d] && phase[d] != stopping
  :: else ->
     if :: state_lock[state[d]] == d -> state_lock[state[d]] = NONE :: else fi;
     if :: daemon_lock[runtime[d]] == d -> daemon_lock[runtime[d]] = NONE :: else fi
  fi
#endif
}

proctype daemon(byte d) {
  byte i;
  byte other;

end_unused:
  phase[d] == starting;

  /* DaemonPresence::claim() */
#ifndef NO_STATE_LOCK
  if
  MAY_BE_KILLED
  :: atomic { state_lock[state[d]] == NONE -> state_lock[state[d]] = d }
  :: atomic { state_lock[state[d]] != NONE && REACHED(runtime[d], state[d]) != NONE -> report[d] = running }
     goto leave
  :: atomic { timeouts > 0 -> timeouts--; DISTURB; report[d] = failed }
     goto leave
  fi;
#endif
#ifndef NO_DAEMON_LOCK
  if
  MAY_BE_KILLED
  :: atomic { daemon_lock[runtime[d]] == NONE -> daemon_lock[runtime[d]] = d }
  :: atomic { daemon_lock[runtime[d]] != NONE && REACHED(runtime[d], state[d]) != NONE -> report[d] = running }
     goto leave
  :: atomic { timeouts > 0 -> timeouts--; DISTURB; report[d] = failed }
     goto leave
  fi;
#endif

  /* open_store() */
  if
  MAY_BE_KILLED
  :: atomic { true ->
       other = 1;
       do
       :: other > DAEMONS -> break
       :: else ->
            assert(!(writes[other] && state[other] == state[d]));  /* one writer */
            other++
       od;
       other = 0;
       writes[d] = true }
  fi;

  /* bind_listener(): the leftover of a dead daemon is removed, never the socket of a living one. */
  if
  MAY_BE_KILLED
  :: atomic { true ->
       assert(listener[runtime[d]] == NONE || phase[listener[runtime[d]]] == gone);
       listener[runtime[d]] = NONE }
  fi;
  if
  MAY_BE_KILLED
  :: listener[runtime[d]] = d
  fi;
  if
  MAY_BE_KILLED
  :: atomic { address_in[state[d]] = runtime[d] + 1; address_of[state[d]] = d }
  fi;
  if
  MAY_BE_KILLED
  :: atomic { report[d] = ready; phase[d] = serving }
  fi;

end_serving:
  do
  MAY_BE_KILLED
  :: atomic { ANY(IS_QUEUED) -> accept_waiting() }
  :: atomic { IS_ASKED(0) -> request[0] = answered }
#if CLIENTS > 1
  :: atomic { IS_ASKED(1) -> request[1] = answered }
#endif
#if CLIENTS > 2
  :: atomic { IS_ASKED(2) -> request[2] = answered }
#endif
  :: asked_to_leave[d] -> break
  :: atomic { idles > 0 && !ANY(IS_CONNECTED) -> idles-- }  /* exit_if_still_idle() */
#ifndef NO_CLOSED_DOOR
     if
     MAY_BE_KILLED
     :: atomic { true -> close_listener() }  /* refuse_new() */
     fi;
#endif
     if
     MAY_BE_KILLED
     :: atomic { ANY(IS_QUEUED) -> accept_waiting(); DISTURB }
        if
        MAY_BE_KILLED
        :: listener[runtime[d]] = d  /* listen_again(), under the lock of the runtime directory */
        fi
     :: !ANY(IS_QUEUED) -> goto idle
     fi
  od;
  goto stop;

idle:
  if
  MAY_BE_KILLED
  :: atomic { true ->
       assert(!ANY(IS_QUEUED));  /* who has come in time is not sent away */
       close_listener();
       reset_links(queued) }
  fi;

stop:
  if
  MAY_BE_KILLED
  :: atomic { true -> close_listener(); reset_links(queued); phase[d] = stopping }
  fi;
  if
  MAY_BE_KILLED
  :: atomic { true -> answer_all() }  /* what was read */
  fi;
  if
  MAY_BE_KILLED
  :: atomic { true -> reset_links(accepted) }
  fi;
  if
  MAY_BE_KILLED
  :: writes[d] = false  /* the store is closed before the locks are let go */
  fi;

leave:
killed:
  /* The kernel closes what a process had in an order that nobody should rely on. */
  if
  :: atomic { true -> release_locks(); phase[d] = gone; writes[d] = false }
     atomic { close_listener(); reset_links(accepted) }
  :: atomic { true -> close_listener(); reset_links(accepted) }
     atomic { release_locks(); phase[d] = gone; writes[d] = false }
  fi;
  atomic {
    if :: report[d] == silent -> report[d] = failed :: else fi;
    asked_to_leave[d] = false;
    runtime[d] = 0;
    state[d] = 0;
    build[d] = 0;
    phase[d] = unused }
  goto end_unused
}

init {
  byte n;
  atomic {
    select(n : 0 .. CRASHES);
    crashes = n;
    n = 0;
    do :: n == CLIENTS -> break :: else -> run client(n); n++ od;
    n = 1;
    do :: n > DAEMONS -> break :: else -> run daemon(n); n++ od;
    n = 0
  }
}

#if CLIENTS == 1
#define ALL_OVER (over[0])
#elif CLIENTS == 2
#define ALL_OVER (over[0] && over[1])
#else
#define ALL_OVER (over[0] && over[1] && over[2])
#endif

ltl everybody_is_served { <> ALL_OVER }
