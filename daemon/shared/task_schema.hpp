#pragma once

namespace governor::daemon {

/// The part of the schema that keeps shared tasks, after kWorkspaceSchema and with the same rules. The rules
/// of tasks are those of core/state_tasks.cpp; times are in microseconds since 1970, by the clock of the
/// database; status and priority are numbers as in core/task.hpp.
///
/// A list's row is locked by whoever changes something in it, so that a list is one sequence. A function that
/// changes something keeps its answer under the key of the request (`p_request`), in the same transaction:
/// the same request once more has no effect, and the same answer. What is refused has none and is not kept;
/// why it is refused is put into words by the daemon, which is given the task and the status of what it
/// depends on.
///
/// A claim belongs to a session of a daemon. The daemons act on nothing that they remember of it: who has a
/// task is asked here each time. So a daemon whose time is over has its claims until somebody wants one.
inline constexpr const char* kSharedTaskSchema = R"sql(
CREATE TABLE IF NOT EXISTS governor.task_list(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  last_task bigint NOT NULL DEFAULT 0,
  text_bytes bigint NOT NULL DEFAULT 0,
  -- Of each status, in the order of their numbers; then of those that are ready.
  counts bigint[] NOT NULL DEFAULT '{0,0,0,0,0,0,0}'
);
CREATE TABLE IF NOT EXISTS governor.task(
  list bigint NOT NULL,
  number bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  title text NOT NULL,
  description text NOT NULL,
  agent text NOT NULL,
  priority smallint NOT NULL,
  depends_on text[] NOT NULL,
  source text NOT NULL,
  created_us bigint NOT NULL,
  open integer NOT NULL,
  status smallint NOT NULL DEFAULT 0,
  progress smallint NOT NULL DEFAULT 0,
  note text NOT NULL DEFAULT '',
  updated_us bigint NOT NULL DEFAULT 0,
  claims bigint NOT NULL DEFAULT 0,
  daemon uuid,
  session text NOT NULL DEFAULT '',
  claimant text NOT NULL DEFAULT '',
  client text NOT NULL DEFAULT '',
  pid bigint NOT NULL DEFAULT 0,
  host text NOT NULL DEFAULT '',
  who text NOT NULL DEFAULT '',
  since_us bigint NOT NULL DEFAULT 0,
  expires_us bigint NOT NULL DEFAULT 0,
  ttl_us bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (list, number),
  UNIQUE (list, id)
);
CREATE INDEX IF NOT EXISTS task_that_is_ready ON governor.task(list, agent, priority DESC, number)
  WHERE status = 0 AND open = 0;
CREATE INDEX IF NOT EXISTS task_by_expiry ON governor.task(list, expires_us) WHERE daemon IS NOT NULL;
CREATE INDEX IF NOT EXISTS task_by_claim ON governor.task(daemon, session) WHERE daemon IS NOT NULL;
CREATE TABLE IF NOT EXISTS governor.task_dependency(
  list bigint NOT NULL,
  needs text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  PRIMARY KEY (list, needs, number)
);
CREATE TABLE IF NOT EXISTS governor.task_event(
  list bigint NOT NULL,
  task bigint NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  at_us bigint NOT NULL,
  event text NOT NULL,
  status smallint NOT NULL,
  progress smallint NOT NULL,
  agent text NOT NULL,
  client text NOT NULL,
  pid bigint NOT NULL,
  host text NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (list, task, number)
);
CREATE TABLE IF NOT EXISTS governor.answer(
  daemon uuid NOT NULL,
  request text NOT NULL,
  session text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  answer jsonb NOT NULL,
  PRIMARY KEY (daemon, request)
);
CREATE INDEX IF NOT EXISTS answer_by_age ON governor.answer(at);

DO $$ BEGIN
  IF to_regtype('governor.task_actor') IS NULL THEN
    CREATE TYPE governor.task_actor AS (client text, pid bigint, host text);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION governor.now_us() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
$$;

CREATE OR REPLACE FUNCTION governor.task_json(t governor.task, p_text boolean) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('number', t.number, 'id', t.id, 'title', t.title, 'agent', t.agent,
    'description', CASE WHEN p_text THEN t.description ELSE '' END,
    'priority', t.priority, 'depends_on', t.depends_on, 'source', t.source, 'created_us', t.created_us,
    'status', t.status, 'progress', t.progress, 'note', t.note, 'updated_us', t.updated_us, 'claims', t.claims,
    'claim', CASE WHEN t.daemon IS NOT NULL THEN jsonb_build_object('daemon', t.daemon, 'session', t.session,
      'agent', t.claimant, 'client', t.client, 'pid', t.pid, 'host', t.host, 'who', t.who,
      'since_us', t.since_us, 'expires_us', t.expires_us, 'ttl_us', t.ttl_us) END,
    'needs', CASE WHEN t.depends_on <> '{}' THEN (SELECT jsonb_object_agg(n.id, n.status) FROM governor.task n
      WHERE n.list = t.list AND n.id = ANY (t.depends_on)) END)
$$;

-- The list's row is locked from here on. `answer`: what there is to say already.
CREATE OR REPLACE FUNCTION governor.task_open(
  p_daemon uuid, p_epoch bigint, p_request text, p_list text, OUT list bigint, OUT answer jsonb)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM governor.begin_call();
  LOOP
    SELECT l.id INTO list FROM governor.task_list l WHERE l.name = p_list FOR UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO governor.task_list(name) VALUES (p_list) ON CONFLICT DO NOTHING;
  END LOOP;
  SELECT a.answer INTO answer FROM governor.answer a WHERE a.daemon = p_daemon AND a.request = p_request;
  IF FOUND THEN RETURN; END IF;
  PERFORM 1 FROM governor.daemon d
    WHERE d.id = p_daemon AND d.epoch = p_epoch AND d.expires_at > clock_timestamp() FOR SHARE;
  IF NOT FOUND THEN answer := jsonb_build_object('outcome', 'no_member'); END IF;
END $$;

CREATE OR REPLACE FUNCTION governor.task_done(
  p_daemon uuid, p_request text, p_session text, p_event text, p_now bigint, p_list bigint, p_number bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_answer jsonb;
BEGIN
  SELECT jsonb_build_object('outcome', 'done', 'event', p_event, 'now_us', p_now,
      'task', governor.task_json(t, p_event IN ('claimed', 'claim_renewed')))
    INTO v_answer FROM governor.task t WHERE t.list = p_list AND t.number = p_number;
  IF p_event <> '' THEN
    INSERT INTO governor.answer(daemon, request, session, answer) VALUES (p_daemon, p_request, p_session, v_answer);
  END IF;
  RETURN v_answer;
END $$;

-- What a task is becomes what it is to be; who depends on it and the list's counts follow. No event (''): it
-- is only a sign of life.
CREATE OR REPLACE FUNCTION governor.task_change(
  p_old governor.task, p_new governor.task, p_event text, p_actor governor.task_actor, p_now bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_counts bigint[];
  v_ready bigint := 0;
BEGIN
  UPDATE governor.task t SET agent = p_new.agent, status = p_new.status, progress = p_new.progress,
    note = p_new.note, updated_us = p_now, claims = p_new.claims, daemon = p_new.daemon, session = p_new.session,
    claimant = p_new.claimant, client = p_new.client, pid = p_new.pid, host = p_new.host, who = p_new.who,
    since_us = p_new.since_us, expires_us = p_new.expires_us, ttl_us = p_new.ttl_us
    WHERE t.list = p_new.list AND t.number = p_new.number;
  IF p_new.status <> p_old.status THEN
    IF p_new.status = 3 OR p_old.status = 3 THEN
      WITH changed AS (
        UPDATE governor.task t SET open = t.open + CASE WHEN p_new.status = 3 THEN -1 ELSE 1 END
        FROM governor.task_dependency d
        WHERE d.list = p_new.list AND d.needs = p_new.id AND t.list = d.list AND t.number = d.number
        RETURNING t.status, t.open)
      SELECT count(*) INTO v_ready FROM changed c
        WHERE c.status = 0 AND c.open = CASE WHEN p_new.status = 3 THEN 0 ELSE 1 END;
      v_ready := CASE WHEN p_new.status = 3 THEN v_ready ELSE -v_ready END;
    END IF;
    IF p_new.open = 0 THEN
      v_ready := v_ready + (p_new.status = 0)::integer - (p_old.status = 0)::integer;
    END IF;
    SELECT l.counts INTO v_counts FROM governor.task_list l WHERE l.id = p_new.list;
    v_counts[p_old.status + 1] := v_counts[p_old.status + 1] - 1;
    v_counts[p_new.status + 1] := v_counts[p_new.status + 1] + 1;
    v_counts[7] := v_counts[7] + v_ready;
    UPDATE governor.task_list l SET counts = v_counts WHERE l.id = p_new.list;
  END IF;
  IF p_event <> '' THEN
    INSERT INTO governor.task_event(list, task, at_us, event, status, progress, agent, client, pid, host, note)
      VALUES (p_new.list, p_new.number, p_now, p_event, p_new.status, p_new.progress,
        CASE WHEN p_new.daemon IS NOT NULL THEN p_new.claimant ELSE p_old.claimant END,
        coalesce(p_actor.client, ''), coalesce(p_actor.pid, 0), coalesce(p_actor.host, ''),
        CASE WHEN p_new.note <> p_old.note THEN p_new.note ELSE '' END);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION governor.without_claim(t governor.task) RETURNS governor.task LANGUAGE plpgsql AS $$
BEGIN
  t.daemon := NULL;
  t.session := ''; t.claimant := ''; t.client := ''; t.pid := 0; t.host := ''; t.who := '';
  t.since_us := 0; t.expires_us := 0; t.ttl_us := 0;
  RETURN t;
END $$;

CREATE OR REPLACE FUNCTION governor.task_return(p_old governor.task, p_event text, p_now bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_new governor.task;
BEGIN
  v_new := governor.without_claim(p_old);
  v_new.status := 0;
  PERFORM governor.task_change(p_old, v_new, p_event, NULL, p_now);
END $$;

-- Claims whose time is over end. `p_wanted`: the task that somebody wants, which one whose daemon is no member
-- any more gives up; '': any of them; NULL: none is wanted.
CREATE OR REPLACE FUNCTION governor.task_settle(p_list bigint, p_wanted text, p_now bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  t governor.task;
BEGIN
  FOR t IN SELECT * FROM governor.task x WHERE x.list = p_list AND x.daemon IS NOT NULL AND x.expires_us <= p_now
    ORDER BY x.expires_us, x.number
  LOOP
    PERFORM governor.task_return(t, 'claim_expired', p_now);
  END LOOP;
  IF p_wanted IS NULL THEN RETURN; END IF;
  FOR t IN SELECT x.* FROM governor.daemon d JOIN governor.task x ON x.daemon = d.id
    WHERE d.expires_at <= clock_timestamp() AND x.list = p_list AND (p_wanted = '' OR x.id = p_wanted)
    ORDER BY x.number
  LOOP
    PERFORM governor.task_return(t, 'owner_gone', p_now);
  END LOOP;
END $$;

-- From `p_id` to itself, over what it would depend on; empty: there is no cycle. A very long one is not told.
CREATE OR REPLACE FUNCTION governor.task_cycle(p_list bigint, p_id text, p_depends_on text[]) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
  v_nodes text[] := p_depends_on;
  v_from text[] := array_fill(p_id, ARRAY[cardinality(p_depends_on)]);
  v_next text[] := p_depends_on;
  v_found text[];
  v_found_from text[];
  v_cycle text[] := ARRAY[p_id];
BEGIN
  IF p_id = ANY (p_depends_on) THEN RETURN ARRAY[p_id, p_id]; END IF;
  -- Only a task that others already wait for can close a cycle.
  PERFORM 1 FROM governor.task_dependency d WHERE d.list = p_list AND d.needs = p_id;
  IF NOT FOUND THEN RETURN '{}'; END IF;
  WITH RECURSIVE reached(id) AS (
    SELECT unnest(p_depends_on) UNION
    SELECT unnest(t.depends_on) FROM reached r JOIN governor.task t ON t.list = p_list AND t.id = r.id)
  SELECT ARRAY[r.id] INTO v_found FROM reached r WHERE r.id = p_id;
  IF NOT FOUND THEN RETURN '{}'; END IF;
  FOR round IN 1 .. 1000 LOOP
    SELECT array_agg(n.id), array_agg(n.by_id) INTO v_found, v_found_from FROM (
      SELECT DISTINCT ON (needs.id) needs.id, t.id AS by_id
      FROM governor.task t CROSS JOIN LATERAL unnest(t.depends_on) AS needs(id)
      WHERE t.list = p_list AND t.id = ANY (v_next) AND NOT needs.id = ANY (v_nodes) ORDER BY needs.id, t.id) n;
    EXIT WHEN v_found IS NULL;
    v_nodes := v_nodes || v_found;
    v_from := v_from || v_found_from;
    v_next := v_found;
    EXIT WHEN p_id = ANY (v_found);
  END LOOP;
  IF NOT p_id = ANY (v_nodes) THEN RETURN ARRAY[p_id, p_depends_on[1], '...', p_id]; END IF;
  LOOP
    v_cycle := v_from[array_position(v_nodes, v_cycle[1])] || v_cycle;
    EXIT WHEN v_cycle[1] = p_id;
  END LOOP;
  RETURN v_cycle;
END $$;

-- outcome: `done`; `exists`, with the task as it is; `cycle`; `full`; `no_member`.
CREATE OR REPLACE FUNCTION governor.task_define_1(
  p_daemon uuid, p_epoch bigint, p_request text, p_session text, p_list text, p_id text, p_title text,
  p_description text, p_agent text, p_priority integer, p_depends_on text[], p_source text, p_most_tasks bigint,
  p_most_bytes bigint)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_list bigint;
  v_answer jsonb;
  v_now bigint;
  v_cycle text[];
  v_open integer;
  v_size bigint := octet_length(p_title) + octet_length(p_description);
  l governor.task_list;
  t governor.task;
BEGIN
  SELECT o.list, o.answer INTO v_list, v_answer FROM governor.task_open(p_daemon, p_epoch, p_request, p_list) o;
  IF v_answer IS NOT NULL THEN RETURN v_answer; END IF;
  v_now := governor.now_us();
  PERFORM governor.task_settle(v_list, NULL, v_now);
  SELECT * INTO t FROM governor.task x WHERE x.list = v_list AND x.id = p_id;
  IF FOUND THEN
    RETURN jsonb_build_object('outcome', 'exists', 'now_us', v_now, 'task', governor.task_json(t, true));
  END IF;
  v_cycle := governor.task_cycle(v_list, p_id, p_depends_on);
  IF v_cycle <> '{}' THEN RETURN jsonb_build_object('outcome', 'cycle', 'cycle', v_cycle); END IF;
  SELECT * INTO l FROM governor.task_list x WHERE x.id = v_list;
  IF l.last_task >= p_most_tasks OR l.text_bytes + v_size > p_most_bytes THEN
    RETURN jsonb_build_object('outcome', 'full', 'tasks', l.last_task, 'bytes', l.text_bytes);
  END IF;
  SELECT cardinality(p_depends_on) - count(*) INTO v_open FROM governor.task x
    WHERE x.list = v_list AND x.id = ANY (p_depends_on) AND x.status = 3;
  INSERT INTO governor.task(list, number, id, title, description, agent, priority, depends_on, source, created_us, open)
    VALUES (v_list, l.last_task + 1, p_id, p_title, p_description, p_agent, p_priority, p_depends_on, p_source,
      v_now, v_open);
  INSERT INTO governor.task_dependency SELECT v_list, needs.id, l.last_task + 1 FROM unnest(p_depends_on) needs(id);
  l.counts[1] := l.counts[1] + 1;
  IF v_open = 0 THEN l.counts[7] := l.counts[7] + 1; END IF;
  UPDATE governor.task_list x SET last_task = l.last_task + 1, text_bytes = l.text_bytes + v_size, counts = l.counts
    WHERE x.id = v_list;
  RETURN governor.task_done(p_daemon, p_request, p_session, 'defined', v_now, v_list, l.last_task + 1);
END $$;

-- p_id '': the next ready one. outcome: `done`; `none` is ready; `unknown`; `refused`; `no_member`.
CREATE OR REPLACE FUNCTION governor.task_claim_1(
  p_daemon uuid, p_epoch bigint, p_request text, p_session text, p_list text, p_id text, p_agent text,
  p_client text, p_pid bigint, p_ttl_us bigint)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_list bigint;
  v_answer jsonb;
  v_now bigint;
  v_is_own boolean;
  v_host text;
  v_who text;
  t governor.task;
  u governor.task;
BEGIN
  SELECT o.list, o.answer INTO v_list, v_answer FROM governor.task_open(p_daemon, p_epoch, p_request, p_list) o;
  IF v_answer IS NOT NULL THEN RETURN v_answer; END IF;
  v_now := governor.now_us();
  PERFORM governor.task_settle(v_list, p_id, v_now);
  IF p_id = '' THEN
    SELECT * INTO t FROM governor.task x WHERE x.list = v_list AND x.agent = '' AND x.status = 0 AND x.open = 0
      ORDER BY x.priority DESC, x.number LIMIT 1;
    IF p_agent <> '' THEN
      SELECT * INTO u FROM governor.task x WHERE x.list = v_list AND x.agent = p_agent AND x.status = 0
        AND x.open = 0 ORDER BY x.priority DESC, x.number LIMIT 1;
      IF u.number IS NOT NULL AND (t.number IS NULL OR (-u.priority, u.number) < (-t.priority, t.number)) THEN
        t := u;
      END IF;
    END IF;
    IF t.number IS NULL THEN
      RETURN jsonb_build_object('outcome', 'none', 'now_us', v_now,
        'counts', (SELECT l.counts FROM governor.task_list l WHERE l.id = v_list));
    END IF;
  ELSE
    SELECT * INTO t FROM governor.task x WHERE x.list = v_list AND x.id = p_id;
    IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'unknown'); END IF;
  END IF;
  v_is_own := coalesce(t.daemon = p_daemon AND t.session = p_session AND t.claimant = p_agent, false);
  IF NOT v_is_own AND (t.daemon IS NOT NULL OR t.agent NOT IN ('', p_agent) OR t.status <> 0 OR t.open <> 0) THEN
    RETURN jsonb_build_object('outcome', 'refused', 'now_us', v_now, 'task', governor.task_json(t, false));
  END IF;
  SELECT d.host, d.who INTO v_host, v_who FROM governor.daemon d WHERE d.id = p_daemon;
  u := t;
  IF NOT v_is_own THEN
    u.status := 1; u.claims := t.claims + 1; u.daemon := p_daemon; u.session := p_session; u.claimant := p_agent;
    u.client := p_client; u.pid := p_pid; u.host := v_host; u.who := v_who; u.since_us := v_now;
  END IF;
  u.ttl_us := p_ttl_us;
  u.expires_us := v_now + p_ttl_us;
  PERFORM governor.task_change(t, u, CASE WHEN v_is_own THEN 'claim_renewed' ELSE 'claimed' END,
    ROW(p_client, p_pid, v_host)::governor.task_actor, v_now);
  RETURN governor.task_done(p_daemon, p_request, p_session, CASE WHEN v_is_own THEN 'claim_renewed' ELSE 'claimed' END,
    v_now, v_list, t.number);
END $$;

-- p_status, p_progress -1: as it is. outcome: `done`, with an event if something has changed; `unknown`;
-- `refused`; `no_member`.
CREATE OR REPLACE FUNCTION governor.task_update_1(
  p_daemon uuid, p_epoch bigint, p_request text, p_session text, p_list text, p_id text, p_status integer,
  p_progress integer, p_has_note boolean, p_note text, p_is_person boolean, p_client text, p_pid bigint)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_list bigint;
  v_answer jsonb;
  v_now bigint;
  v_is_holder boolean;
  v_event text := 'updated';
  v_host text;
  t governor.task;
  u governor.task;
BEGIN
  SELECT o.list, o.answer INTO v_list, v_answer FROM governor.task_open(p_daemon, p_epoch, p_request, p_list) o;
  IF v_answer IS NOT NULL THEN RETURN v_answer; END IF;
  v_now := governor.now_us();
  PERFORM governor.task_settle(v_list, NULL, v_now);
  SELECT * INTO t FROM governor.task x WHERE x.list = v_list AND x.id = p_id;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'unknown'); END IF;
  v_is_holder := coalesce(t.daemon = p_daemon AND t.session = p_session, false);
  IF (t.daemon IS NOT NULL AND NOT v_is_holder AND NOT p_is_person)
    OR (p_status >= 0 AND t.status >= 3 AND p_status <> t.status AND p_status <> 0)
    OR (p_status = 1 AND t.daemon IS NULL) THEN
    RETURN jsonb_build_object('outcome', 'refused', 'now_us', v_now, 'task', governor.task_json(t, false));
  END IF;
  u := t;
  IF p_status >= 0 THEN
    u.status := p_status;
    IF p_status = 0 AND t.daemon IS NOT NULL THEN v_event := 'released'; END IF;
    IF p_status = 0 AND t.status >= 3 THEN
      v_event := 'reopened';
      u.progress := 0;
    END IF;
    IF p_status = 3 AND t.status <> 3 THEN u.progress := 100; END IF;
    IF p_status >= 3 OR p_status = 0 THEN u := governor.without_claim(u); END IF;
  END IF;
  IF p_progress >= 0 THEN u.progress := p_progress; END IF;
  IF p_has_note THEN u.note := p_note; END IF;
  IF u = t AND NOT v_is_holder THEN
    RETURN governor.task_done(p_daemon, p_request, p_session, '', v_now, v_list, t.number);
  END IF;
  IF u.daemon IS NOT NULL AND v_is_holder THEN u.expires_us := v_now + u.ttl_us; END IF;
  SELECT d.host INTO v_host FROM governor.daemon d WHERE d.id = p_daemon;
  IF (u.status, u.progress, u.note, u.claimant, u.since_us) = (t.status, t.progress, t.note, t.claimant, t.since_us) THEN
    PERFORM governor.task_change(t, u, '', NULL, v_now);
    RETURN governor.task_done(p_daemon, p_request, p_session, 'sign_of_life', v_now, v_list, t.number);
  END IF;
  PERFORM governor.task_change(t, u, v_event, ROW(p_client, p_pid, v_host)::governor.task_actor, v_now);
  RETURN governor.task_done(p_daemon, p_request, p_session, v_event, v_now, v_list, t.number);
END $$;

-- For whom a task is, as a person says; '': whoever claims it. outcome as that of task_update_1.
CREATE OR REPLACE FUNCTION governor.task_assign_1(
  p_daemon uuid, p_epoch bigint, p_request text, p_session text, p_list text, p_id text, p_agent text,
  p_note text, p_client text, p_pid bigint)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_list bigint;
  v_answer jsonb;
  v_now bigint;
  v_has_it boolean;
  v_host text;
  t governor.task;
  u governor.task;
BEGIN
  SELECT o.list, o.answer INTO v_list, v_answer FROM governor.task_open(p_daemon, p_epoch, p_request, p_list) o;
  IF v_answer IS NOT NULL THEN RETURN v_answer; END IF;
  v_now := governor.now_us();
  PERFORM governor.task_settle(v_list, NULL, v_now);
  SELECT * INTO t FROM governor.task x WHERE x.list = v_list AND x.id = p_id;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'unknown'); END IF;
  IF t.status >= 3 THEN
    RETURN jsonb_build_object('outcome', 'refused', 'now_us', v_now, 'task', governor.task_json(t, false));
  END IF;
  v_has_it := t.daemon IS NOT NULL AND p_agent <> '' AND t.claimant = p_agent;
  IF t.agent = p_agent AND (v_has_it OR t.daemon IS NULL) THEN
    RETURN governor.task_done(p_daemon, p_request, p_session, '', v_now, v_list, t.number);
  END IF;
  u := t;
  IF t.daemon IS NOT NULL AND NOT v_has_it THEN
    u := governor.without_claim(u);
    u.status := 0;
  END IF;
  u.agent := p_agent;
  u.note := p_note;
  SELECT d.host INTO v_host FROM governor.daemon d WHERE d.id = p_daemon;
  PERFORM governor.task_change(t, u, 'reassigned', ROW(p_client, p_pid, v_host)::governor.task_actor, v_now);
  RETURN governor.task_done(p_daemon, p_request, p_session, 'reassigned', v_now, v_list, t.number);
END $$;

-- outcome: `found`, with the task and its newest events; `unknown`.
CREATE OR REPLACE FUNCTION governor.task_get_1(p_list text, p_id text, p_events integer)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t governor.task;
BEGIN
  PERFORM governor.task_look(p_list);
  SELECT x.* INTO t FROM governor.task_list l JOIN governor.task x ON x.list = l.id
    WHERE l.name = p_list AND x.id = p_id;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'unknown'); END IF;
  RETURN jsonb_build_object('outcome', 'found', 'now_us', governor.now_us(), 'task', governor.task_json(t, true),
    'events', (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.number) FROM (SELECT * FROM governor.task_event v
      WHERE v.list = t.list AND v.task = t.number ORDER BY v.number DESC LIMIT p_events) e),
    'older', EXISTS (SELECT 1 FROM governor.task_event v WHERE v.list = t.list AND v.task = t.number
      ORDER BY v.number DESC OFFSET p_events));
END $$;

-- Claims that are over are not shown.
CREATE OR REPLACE FUNCTION governor.task_look(p_list text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_list bigint;
BEGIN
  PERFORM 1 FROM governor.task_list l JOIN governor.task x ON x.list = l.id
    WHERE l.name = p_list AND x.daemon IS NOT NULL AND x.expires_us <= governor.now_us();
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM governor.begin_call();
  SELECT l.id INTO v_list FROM governor.task_list l WHERE l.name = p_list FOR UPDATE;
  PERFORM governor.task_settle(v_list, NULL, governor.now_us());
END $$;

-- p_status, p_priority -1, texts '': whatever it is. A page looks at 20,000 tasks at most.
CREATE OR REPLACE FUNCTION governor.task_list_1(
  p_list text, p_status integer, p_priority integer, p_ready boolean, p_agent text, p_text text,
  p_limit integer, p_after bigint)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  l governor.task_list;
  v_tasks jsonb;
  v_last bigint := p_after + 20000;
  v_found bigint;
BEGIN
  PERFORM governor.task_look(p_list);
  SELECT * INTO l FROM governor.task_list x WHERE x.name = p_list;
  SELECT coalesce(jsonb_agg(f.j ORDER BY f.number), '[]'), count(*), max(f.number)
    INTO v_tasks, v_found, p_after FROM (
      SELECT t.number, governor.task_json(t, false) AS j FROM governor.task t
      WHERE t.list = l.id AND t.number > p_after AND t.number <= v_last
        AND (p_status < 0 OR t.status = p_status) AND (p_priority < 0 OR t.priority = p_priority)
        AND (NOT p_ready OR (t.status = 0 AND t.open = 0))
        AND (p_agent = '' OR t.agent = p_agent OR (t.daemon IS NOT NULL AND t.claimant = p_agent))
        AND (p_text = '' OR strpos(t.id, p_text) > 0 OR strpos(t.title, p_text) > 0)
      ORDER BY t.number LIMIT p_limit) f;
  IF v_found >= p_limit THEN v_last := p_after; END IF;
  RETURN jsonb_build_object('outcome', 'found', 'tasks', v_tasks,
    'next', CASE WHEN v_last < coalesce(l.last_task, 0) THEN v_last END,
    'counts', coalesce(l.counts, '{0,0,0,0,0,0,0}'));
END $$;

-- For people. A claim whose time is over counts as one until somebody asks for something in its list.
CREATE OR REPLACE FUNCTION governor.task_lists_1() RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('name', l.name, 'total', l.last_task, 'ready', l.counts[7],
    'pending', l.counts[1], 'in_progress', l.counts[2], 'blocked', l.counts[3], 'done', l.counts[4],
    'failed', l.counts[5], 'cancelled', l.counts[6]) ORDER BY l.name), '[]') FROM governor.task_list l
$$;

-- Claims of sessions that are over end, and what is kept for them goes. So do claims for agents that are
-- retired.
CREATE OR REPLACE FUNCTION governor.task_sessions_1(p_daemon uuid, p_epoch bigint, p_alive text[], p_retired text[])
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_list bigint;
  t governor.task;
BEGIN
  PERFORM governor.begin_call();
  FOR v_list IN SELECT l.id FROM governor.task_list l WHERE l.id IN (SELECT x.list FROM governor.task x
    WHERE x.daemon = p_daemon AND (NOT x.session = ANY (p_alive) OR x.claimant = ANY (p_retired))) ORDER BY l.id
  LOOP
    PERFORM 1 FROM governor.task_list l WHERE l.id = v_list FOR UPDATE;
    FOR t IN SELECT * FROM governor.task x WHERE x.list = v_list AND x.daemon = p_daemon
      AND (NOT x.session = ANY (p_alive) OR x.claimant = ANY (p_retired)) ORDER BY x.number
    LOOP
      PERFORM governor.task_return(t, 'owner_gone', governor.now_us());
    END LOOP;
  END LOOP;
  PERFORM 1 FROM governor.daemon d
    WHERE d.id = p_daemon AND d.epoch = p_epoch AND d.expires_at > clock_timestamp() FOR SHARE;
  IF NOT FOUND THEN RETURN jsonb_build_object('outcome', 'no_member'); END IF;
  DELETE FROM governor.answer a WHERE a.daemon = p_daemon AND NOT a.session = ANY (p_alive);
  DELETE FROM governor.answer a WHERE a.at < clock_timestamp() - interval '1 day';
  RETURN jsonb_build_object('outcome', 'done');
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA governor FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA governor FROM PUBLIC;
DO $$
BEGIN
  GRANT EXECUTE ON FUNCTION governor.task_define_1, governor.task_claim_1, governor.task_update_1,
    governor.task_assign_1, governor.task_get_1, governor.task_list_1, governor.task_sessions_1,
    governor.task_lists_1 TO governor_member;
EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
  RAISE NOTICE 'the role governor_member is not there';
END $$;
INSERT INTO governor.schema_version(version) VALUES (2) ON CONFLICT DO NOTHING;
)sql";

}  // namespace governor::daemon
