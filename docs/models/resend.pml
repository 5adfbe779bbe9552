/* How each line of a client takes effect exactly once: README.md beside this says what of the code it is.
 *
 * One proxy with its session, the daemon (there is only one: startup.pml) and the database. Each line is a change, "this is
 * the k-th", and k is its answer too, so that a line that is lost or applied twice and an answer that is not the first one
 * are seen. With READ the last line only asks how many there have been. */

#ifndef LINES
#define LINES 2
#endif
#ifndef KILLS
#define KILLS 1     /* so often the daemon is killed */
#endif
#ifndef FAILURES
#define FAILURES 1  /* so many transactions fail, as on a full disk */
#endif
#ifndef DROPS
#define DROPS 1     /* so often the proxy gives up a connection to a daemon that lives */
#endif
#ifndef CONFIRMATIONS
#define CONFIRMATIONS 1  /* so often the proxy says which answers it has, besides after each hello */
#endif

#define REFUSED 99  /* the answer storage_unavailable: the change was not made */
#define NOBODY 2    /* no connection */
#define BIT(n) (1 << (n))

mtype = { hello, welcome, line, answer, confirm };

/* Two connections at most are there at once: the newest, and one whose end the daemon has not seen yet. */
chan to_daemon[2] = [LINES + 2] of { mtype, byte };
chan to_proxy[2] = [LINES + 2] of { mtype, byte, byte };
bool open[2];         /* the daemon has it */
bool lost[2];         /* its other end is gone */

typedef Stored {
  byte count;
  byte applied[LINES + 1];  /* as the how-manieth; 0: not */
  byte line_in[LINES];      /* the slots that answers lie in: whose it is, 0 for a free one */
  byte answer_in[LINES]
}
Stored memory;    /* the daemon's */
Stored writing;   /* what the transaction under way will have stored */
Stored database;
bool is_changed; /* memory is ahead of the newest transaction */
bool is_writing;

/* Answers that are held back, by line: what is sent, and to which connection. */
byte held[LINES + 1];
byte held_for[LINES + 1] = NOBODY;
bool held_by_writing[LINES + 1];  /* until the transaction under way is stored; else until the one after it */
bool held_again[LINES + 1];       /* it is a stored answer */

byte kills = KILLS;
byte failures = FAILURES;
byte drops = DROPS;
byte confirmations = CONFIRMATIONS;
bool finished;

/* With SLOW the first line works on files before it changes anything; meanwhile others are taken. */
#if defined(SLOW)
#define IS_SLOW(n) ((n) == 1)
#else
#define IS_SLOW(n) false
#endif
bool at_work[2];  /* by connection: its first line is */
byte orphans;     /* likewise, of connections that are gone: what has begun cannot be stopped */

#if defined(READ)
#define IS_READ(n) ((n) == LINES)
#else
#define IS_READ(n) false
#endif

inline copy(to, from) {
  to.count = from.count;
  k = 0;
  do
  :: k == LINES -> break
  :: else ->
       to.applied[k + 1] = from.applied[k + 1];
       to.line_in[k] = from.line_in[k];
       to.answer_in[k] = from.answer_in[k];
       k++
  od;
  k = 0
}

inline drop_lines(c) {
  do
  :: nempty(to_daemon[c]) -> to_daemon[c] ? _, _
  :: empty(to_daemon[c]) -> break
  od
}

/* ---- proxy/ ---- */

active proctype proxy() {
  byte current;
  bool is_ready;          /* hello has been answered */
  byte next_to_send = 1;  /* on this connection */
  byte answered;          /* bits of lines */
  byte n;
  byte value;
  byte refused;

connecting:
  atomic { !open[current] ->
    do
    :: nempty(to_proxy[current]) -> to_proxy[current] ? _, _, _
    :: empty(to_proxy[current]) -> break
    od;
    drop_lines(current);
    open[current] = true;
    lost[current] = false;
    is_ready = false;
    next_to_send = 1;
    to_daemon[current] ! hello, 0 }

  do
  :: atomic { is_ready && !lost[current] && next_to_send <= LINES ->
       if
       :: answered & BIT(next_to_send)
       :: else -> to_daemon[current] ! line, next_to_send
       fi;
       next_to_send++ }
  :: atomic { to_proxy[current] ? welcome, _, _ ->
       is_ready = true;
       if
       :: answered && !lost[current] -> to_daemon[current] ! confirm, answered
       :: else
       fi }
  :: atomic { to_proxy[current] ? answer, n, value ->
       assert(!(answered & BIT(n)));           /* one answer for each line */
       assert(n < next_to_send);
       if
       :: value == REFUSED -> refused = refused | BIT(n)
       :: value != REFUSED && IS_READ(n) -> assert(value <= database.count + 1)  /* durable before visible */
       :: value != REFUSED && !IS_READ(n) -> assert(database.applied[n] == value)  /* and the first answer */
       fi;
       answered = answered | BIT(n);
       n = 0; value = 0 }
  :: atomic { confirmations > 0 && is_ready && !lost[current] && answered ->
       confirmations--;
#ifdef CONFIRM_WHAT_WAS_SENT
       to_daemon[current] ! confirm, (1 << next_to_send) - 2
#else
       to_daemon[current] ! confirm, answered
#endif
     }
  :: lost[current] ->  /* whatever has not been read of it is not read any more */
     goto connecting
  :: atomic { drops > 0 && !lost[current] && open[current] -> drops--; lost[current] = true; current = 1 - current }
     goto connecting
  :: answered == (1 << (LINES + 1)) - 2 -> break
  od;

  atomic {
    n = 1;
    do
    :: n > LINES -> break
    :: n <= LINES && IS_READ(n) -> n++
    :: n <= LINES && !IS_READ(n) && (refused & BIT(n)) -> assert(memory.applied[n] == 0); n++
    :: n <= LINES && !IS_READ(n) && !(refused & BIT(n)) -> assert(database.applied[n] != 0); n++
    od;
    finished = true }
}

/* ---- daemon/session/, daemon/state/ ---- */

/* To whom nobody listens, nothing is sent. */
inline send(c, n, value) {
  if
  :: c != NOBODY && open[c] && !lost[c] -> to_proxy[c] ! answer, n, value
  :: else
  fi
}

/* CommitQueue::when_durable(on_everything()) */
inline hold(c, n, value, is_again) {
  if
  :: c == NOBODY
  :: c != NOBODY && !is_changed && !is_writing -> send(c, n, value)
  :: else ->
       held[n] = value;
       held_for[n] = c;
       held_by_writing[n] = !is_changed;
       held_again[n] = is_again
  fi
}

inline forget(n) {
  held[n] = 0;
  held_for[n] = NOBODY;
  held_by_writing[n] = false;
  held_again[n] = false
}

/* ToolCall::run() to its answer, and StateOwner::finish() */
inline apply(c, n) {
  assert(memory.applied[n] == 0);  /* none twice */
  memory.count++;
  memory.applied[n] = memory.count;
  value = memory.count;
  k = 0;
  do
  :: k < LINES && memory.line_in[k] != 0 -> k++
  :: k < LINES && memory.line_in[k] == 0 -> break
  :: k == LINES -> break
  od;
  assert(k < LINES);
#if !defined(NO_STORED_ANSWER) && !defined(ANSWER_STORED_AFTERWARDS)
  memory.line_in[k] = n;
  memory.answer_in[k] = value;
#endif
  k = 0;
  is_changed = true;
#ifdef ANSWER_AT_ONCE
  send(c, n, value)
#else
  hold(c, n, value, false)
#endif
}

/* StateOwner::start_call() of a numbered line */
inline take(c, n) {
  k = 0;
  do
  :: k == LINES -> break
  :: k < LINES && memory.line_in[k] == n -> break
  :: else -> k++
  od;
  if
  :: k < LINES ->
       value = memory.answer_in[k];
       k = 0;
       hold(c, n, value, true)
  :: k == LINES && IS_READ(n) ->
       k = 0;
       value = memory.count + 1;
#ifdef READ_AT_ONCE
       send(c, n, value)
#else
       hold(c, n, value, false)
#endif
  :: k == LINES && IS_SLOW(n) -> k = 0; at_work[c] = true
  :: k == LINES && !IS_READ(n) && !IS_SLOW(n) -> apply(c, n)
  fi;
  value = 0
}

inline close(c) {
  if :: at_work[c] -> at_work[c] = false; orphans++ :: else fi;
  open[c] = false;
  lost[c] = true;
  drop_lines(c);
  k = 1;  /* what is still owed to it goes nowhere */
  do
  :: k > LINES -> break
  :: k <= LINES && held_for[k] == c -> forget(k); k++
  :: else -> k++
  od;
  k = 0;
  if :: parked_for == c -> parked = 0; parked_for = NOBODY :: else fi;
  if :: attached == c -> attached = NOBODY :: else fi
}

active proctype daemon() {
  byte attached = NOBODY;  /* the connection that has the session */
  byte c;
  byte n;
  byte k;
  byte value;
  byte parked;     /* lines that were to be answered again when the state was dropped, as bits */
  byte parked_for = NOBODY;

end_waiting:
  do
  :: atomic { open[0] && to_daemon[0] ? [hello, _] -> c = 0; goto opens }
  :: atomic { open[1] && to_daemon[1] ? [hello, _] -> c = 1; goto opens }
  :: atomic { attached != NOBODY && to_daemon[attached] ? [line, _] -> to_daemon[attached] ? line, n; take(attached, n); n = 0 }
  :: atomic { attached != NOBODY && to_daemon[attached] ? [confirm, _] ->
       to_daemon[attached] ? confirm, n;
       k = 0;
       do
       :: k == LINES -> break
       :: k < LINES && memory.line_in[k] != 0 && (n & BIT(memory.line_in[k])) -> memory.line_in[k] = 0; k++
       :: else -> k++
       od;
       k = 0;
       n = 0 }
  /* The end of a connection is seen when all that came before it has been read, or when it cannot be written to. */
  :: atomic { open[0] && lost[0] -> close(0) }
  :: atomic { open[1] && lost[1] -> close(1) }
  :: atomic { parked != 0 && !is_writing ->
       n = 1;
       do
       :: n > LINES -> break
       :: n <= LINES && (parked & BIT(n)) ->
            if :: parked_for == attached && attached != NOBODY -> take(attached, n) :: else fi;
            n++
       :: n <= LINES && !(parked & BIT(n)) -> n++
       od;
       parked = 0;
       parked_for = NOBODY;
       n = 0 }

#if defined(SLOW)
  :: atomic { at_work[0] -> at_work[0] = false; apply(0, 1); value = 0 }
  :: atomic { at_work[1] -> at_work[1] = false; apply(1, 1); value = 0 }
  /* StateOwner::begins_anew_elsewhere() */
  :: atomic { orphans > 0 ->
       orphans--;
#ifdef WORK_GOES_ON
       apply(NOBODY, 1);
       value = 0
#endif
     }
#endif

  /* CommitQueue::flush() */
  :: atomic { is_changed && !is_writing ->
       copy(writing, memory);
       is_writing = true;
       is_changed = false;
       n = 1;
       do
       :: n > LINES -> break
       :: else -> if :: held_for[n] != NOBODY -> held_by_writing[n] = true :: else fi; n++
       od;
       n = 0 }
  /* CommitQueue::finish() */
  :: atomic { is_writing ->
       copy(database, writing);
       is_writing = false;
       n = 1;
       do
       :: n > LINES -> break
       :: n <= LINES && held_for[n] != NOBODY && held_by_writing[n] ->
#ifdef ANSWER_STORED_AFTERWARDS
            k = 0;
            do :: memory.line_in[k] != 0 -> k++ :: else -> break od;
            memory.line_in[k] = n;
            memory.answer_in[k] = held[n];
            k = 0;
            is_changed = true;
#endif
            send(held_for[n], n, held[n]);
            forget(n);
            n++
       :: else -> n++
       od;
       n = 0 }
  /* CommitQueue::finish() of one that failed, and StateOwner::on_commit_failure() */
  :: atomic { is_writing && failures > 0 ->
       failures--;
       is_writing = false;
#ifndef MEMORY_STAYS
       copy(memory, database);
#endif
       is_changed = false;
       n = 1;
       do
       :: n > LINES -> break
       :: n <= LINES && held_for[n] != NOBODY ->
            if
            :: held_again[n] -> parked = parked | BIT(n); parked_for = held_for[n]
            :: else -> send(held_for[n], n, REFUSED)
            fi;
            forget(n);
            n++
       :: else -> n++
       od;
       n = 0 }

  :: atomic { kills > 0 ->
       kills--;
       if
       :: is_writing -> copy(database, writing)  /* it has taken effect, and nobody was told */
       :: skip
       fi;
       is_writing = false;
       is_changed = false;
       copy(memory, database);
       n = 1;
       do :: n > LINES -> break :: else -> forget(n); n++ od;
       n = 0;
       parked = 0;
       parked_for = NOBODY;
       if :: open[0] -> close(0) :: else fi;
       if :: open[1] -> close(1) :: else fi;
       orphans = 0 }
  od;

opens:
  /* StateOwner::open_session(): the newer connection of a session wins */
  atomic {
    to_daemon[c] ? hello, _;
    if
    :: attached != NOBODY && attached != c -> n = attached; close(n)
    :: else
    fi;
    n = 0;
    attached = c;
    if :: !lost[c] -> to_proxy[c] ! welcome, 0, 0 :: else fi;
    c = 0 }
  goto end_waiting
}

ltl every_line_is_answered { <> finished }
