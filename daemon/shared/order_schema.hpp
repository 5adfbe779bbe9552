#pragma once

namespace governor::daemon {

/// What a person does to another machine's agents, requests and leases, with functions as in
/// kWorkspaceSchema: an order to the daemon there, which carries it out itself and answers it in its row. Who
/// asks under the login of that daemon may order it, and so may whoever has the role governor_operator; a
/// daemon that does not take orders gets none. An order is taken until its time is over, and carried out once
/// however often it is taken.
inline constexpr const char* kOrderSchema = R"sql(
CREATE TABLE IF NOT EXISTS governor.fleet_approval(
  daemon uuid NOT NULL REFERENCES governor.daemon ON DELETE CASCADE,
  key bigint NOT NULL,
  kind text NOT NULL,
  agent text NOT NULL,
  asks text NOT NULL,
  why text NOT NULL,
  created_us bigint NOT NULL,
  expires_us bigint NOT NULL,
  PRIMARY KEY (daemon, key)
);
-- Of the daemons that take orders: the epoch in which they did so last.
CREATE TABLE IF NOT EXISTS governor.order_taker(
  daemon uuid PRIMARY KEY REFERENCES governor.daemon ON DELETE CASCADE,
  epoch bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS governor.fleet_order(
  id uuid PRIMARY KEY,
  daemon uuid NOT NULL REFERENCES governor.daemon ON DELETE CASCADE,
  operation text NOT NULL,
  arguments text NOT NULL,
  asked_by text NOT NULL,
  host text NOT NULL,
  who text NOT NULL,
  asked_at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  taken_at timestamptz,
  answer text,
  answered_at timestamptz
);
CREATE INDEX IF NOT EXISTS order_without_answer ON governor.fleet_order(daemon) WHERE answer IS NULL;
CREATE INDEX IF NOT EXISTS order_by_age ON governor.fleet_order(asked_at);

CREATE OR REPLACE FUNCTION governor.is_operator() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT pg_has_role(session_user, r.oid, 'MEMBER') FROM pg_roles r
    WHERE r.rolname = 'governor_operator'), false)
$$;

-- outcome: `asked`, also when the same order comes again; `nobody`, no member is called so, `daemons` are those
-- that are; `several`, `daemons` are called so; `forbidden`, it is of another person, `by`; `deaf`, it takes no
-- orders; `crowded`, too many orders wait there.
CREATE OR REPLACE FUNCTION governor.order_1(
  p_id uuid, p_target text, p_operation text, p_arguments text, p_host text, p_who text, p_ttl_ms bigint)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  called jsonb;
  target governor.daemon;
BEGIN
  PERFORM governor.begin_call();
  IF EXISTS (SELECT 1 FROM governor.fleet_order o WHERE o.id = p_id AND o.asked_by = session_user) THEN
    RETURN '{"outcome":"asked"}';
  END IF;
  DELETE FROM governor.fleet_order o WHERE o.asked_at < v_now - interval '7 days';
  SELECT jsonb_agg(jsonb_build_object('name', d.who || '@' || d.host, 'daemon', d.id) ORDER BY d.who, d.host, d.id)
    INTO called FROM governor.daemon d
    WHERE d.expires_at > v_now AND p_target IN (d.host, d.who || '@' || d.host, d.id::text);
  IF called IS NULL THEN
    RETURN jsonb_build_object('outcome', 'nobody', 'daemons', (SELECT coalesce(jsonb_agg(DISTINCT
      d.who || '@' || d.host), '[]') FROM governor.daemon d WHERE d.expires_at > v_now));
  END IF;
  IF jsonb_array_length(called) > 1 THEN
    RETURN jsonb_build_object('outcome', 'several', 'daemons', called);
  END IF;
  SELECT d.* INTO target FROM governor.daemon d WHERE d.id = (called->0->>'daemon')::uuid;
  IF NOT (target.db_user IS NOT DISTINCT FROM session_user OR governor.is_operator()) THEN
    RETURN jsonb_build_object('outcome', 'forbidden', 'by', session_user);
  END IF;
  IF NOT EXISTS (SELECT 1 FROM governor.order_taker t WHERE t.daemon = target.id AND t.epoch = target.epoch) THEN
    RETURN '{"outcome":"deaf"}';
  END IF;
  IF (SELECT count(*) FROM governor.fleet_order o
      WHERE o.daemon = target.id AND o.answer IS NULL AND o.until > v_now) >= 100 THEN
    RETURN '{"outcome":"crowded"}';
  END IF;
  INSERT INTO governor.fleet_order VALUES (p_id, target.id, p_operation, p_arguments, session_user, p_host, p_who,
    v_now, v_now + p_ttl_ms * interval '1 millisecond');
  PERFORM pg_notify('governor', 'o:' || target.id);
  RETURN '{"outcome":"asked"}';
END $$;

-- outcome: `answered`, with `answer`; `waits`; `not_taken`, and it will not be any more; `unknown`, it was taken
-- and not answered in time; `none`, this user has not given it.
CREATE OR REPLACE FUNCTION governor.order_answer_1(p_id uuid) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT jsonb_build_object('answer', o.answer, 'outcome', CASE
      WHEN o.answer IS NOT NULL THEN 'answered'
      WHEN o.until > clock_timestamp() THEN 'waits'
      WHEN o.taken_at IS NULL THEN 'not_taken'
      ELSE 'unknown' END)
    FROM governor.fleet_order o WHERE o.id = p_id AND o.asked_by = session_user), '{"outcome":"none"}')
$$;

-- What is to be done, and was not answered yet; NULL: the daemon is no member of this epoch. It writes only where
-- there is something to write, since it is called all the time.
CREATE OR REPLACE FUNCTION governor.take_orders_1(p_daemon uuid, p_epoch bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_now timestamptz;
  v_orders jsonb;
BEGIN
  PERFORM governor.begin_call();
  PERFORM 1 FROM governor.daemon d WHERE d.id = p_daemon AND d.epoch = p_epoch
    AND d.expires_at > clock_timestamp() AND (d.db_user = session_user OR d.db_user IS NULL);
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF NOT EXISTS (SELECT 1 FROM governor.order_taker t WHERE t.daemon = p_daemon AND t.epoch = p_epoch) THEN
    UPDATE governor.daemon d SET db_user = session_user WHERE d.id = p_daemon AND d.db_user IS NULL;
    INSERT INTO governor.order_taker AS t VALUES (p_daemon, p_epoch)
      ON CONFLICT (daemon) DO UPDATE SET epoch = excluded.epoch;
  END IF;
  PERFORM 1 FROM governor.fleet_order o WHERE o.daemon = p_daemon AND o.answer IS NULL
    AND o.until > clock_timestamp() FOR UPDATE;
  IF NOT FOUND THEN RETURN '[]'; END IF;
  v_now := clock_timestamp();
  UPDATE governor.fleet_order o SET taken_at = v_now
    WHERE o.daemon = p_daemon AND o.answer IS NULL AND o.until > v_now AND o.taken_at IS NULL;
  SELECT coalesce(jsonb_agg(jsonb_build_object('order', o.id, 'operation', o.operation, 'arguments', o.arguments,
      'by', o.asked_by, 'host', o.host, 'who', o.who) ORDER BY o.asked_at), '[]')
    INTO v_orders FROM governor.fleet_order o
    WHERE o.daemon = p_daemon AND o.answer IS NULL AND o.until > v_now;
  RETURN v_orders;
END $$;

-- False: there is no such order, or it is answered.
CREATE OR REPLACE FUNCTION governor.answer_order_1(p_daemon uuid, p_id uuid, p_answer text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM governor.begin_call();
  UPDATE governor.fleet_order o SET answer = p_answer, answered_at = clock_timestamp() FROM governor.daemon d
    WHERE o.id = p_id AND o.daemon = p_daemon AND o.answer IS NULL AND d.id = p_daemon AND d.db_user = session_user;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM pg_notify('governor', 'a:' || p_id);
  RETURN true;
END $$;

-- All that wait for a person there, as an array. False: the daemon is no member of this epoch.
CREATE OR REPLACE FUNCTION governor.publish_approvals_1(p_daemon uuid, p_epoch bigint, p_approvals jsonb)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('lock_timeout', '3000', true), set_config('synchronous_commit', 'off', true);
  PERFORM 1 FROM governor.daemon d
    WHERE d.id = p_daemon AND d.epoch = p_epoch AND d.expires_at > clock_timestamp() FOR SHARE;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM governor.fleet_approval a WHERE a.daemon = p_daemon
    AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset(p_approvals) AS told(key bigint) WHERE told.key = a.key);
  INSERT INTO governor.fleet_approval AS a
    SELECT p_daemon, told.* FROM jsonb_to_recordset(p_approvals) AS told(key bigint, kind text, agent text, asks text,
      why text, created_us bigint, expires_us bigint)
    -- A number that a state from a backup has given again is another request.
    ON CONFLICT (daemon, key) DO UPDATE SET kind = excluded.kind, agent = excluded.agent, asks = excluded.asks,
      why = excluded.why, created_us = excluded.created_us, expires_us = excluded.expires_us;
  RETURN true;
END $$;

-- As fleet_agents_1 does; the ones that are over first.
CREATE OR REPLACE FUNCTION governor.fleet_approvals_1(p_host text, p_limit integer) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH fleet AS (
    SELECT a.*, d.host, d.who, d.expires_at > clock_timestamp() AS is_member
    FROM governor.fleet_approval a JOIN governor.daemon d ON d.id = a.daemon
    WHERE (p_host = '' OR d.host = p_host) AND a.expires_us > extract(epoch FROM now()) * 1000000
  ), shown AS (SELECT * FROM fleet ORDER BY expires_us, host, key LIMIT p_limit)
  SELECT jsonb_build_object('total', (SELECT count(*) FROM fleet), 'approvals', coalesce(jsonb_agg(jsonb_build_object(
    'approval', key, 'kind', kind, 'agent_id', agent, 'asks', asks, 'why', why, 'created', governor.utc_text(created_us),
    'expires', governor.utc_text(expires_us), 'host', host, 'who', who, 'daemon', daemon, 'is_member', is_member)
    ORDER BY expires_us, host, key), '[]')) FROM shown
$$;

-- The leases of shared workspaces and who waits for one. `lease`: its number on that machine.
CREATE OR REPLACE FUNCTION governor.fleet_leases_1(p_host text, p_limit integer) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH fleet AS (
    SELECT c.*, w.name, d.host, d.who, d.expires_at > clock_timestamp() AS is_member
    FROM governor.claim c JOIN governor.daemon d ON d.id = c.daemon JOIN governor.workspace w ON w.id = c.workspace
    WHERE p_host = '' OR d.host = p_host
  ), shown AS (SELECT * FROM fleet ORDER BY name, place LIMIT p_limit)
  SELECT jsonb_build_object('total', (SELECT count(*) FROM fleet), 'leases', coalesce(jsonb_agg(jsonb_build_object(
    'lease', claim, 'is_held', fence IS NOT NULL, 'mode', CASE mode WHEN 2 THEN 'exclusive' ELSE 'shared' END,
    'workspace', name, 'paths', patterns, 'agent_id', agent, 'client', client, 'pid', pid, 'reason', reason,
    'since', governor.utc_text((extract(epoch FROM since) * 1000000)::bigint),
    'until', governor.utc_text((extract(epoch FROM until) * 1000000)::bigint),
    'host', host, 'who', who, 'daemon', daemon, 'is_member', is_member) ORDER BY name, place), '[]')) FROM shown
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA governor FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA governor FROM PUBLIC;
DO $$ BEGIN
  GRANT EXECUTE ON FUNCTION governor.order_1, governor.order_answer_1, governor.take_orders_1,
    governor.answer_order_1, governor.publish_approvals_1, governor.fleet_approvals_1, governor.fleet_leases_1
    TO governor_member;
EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
  RAISE NOTICE 'the role governor_member has no right to give orders';
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'governor_operator') THEN
    CREATE ROLE governor_operator NOLOGIN;
  END IF;
  GRANT governor_member TO governor_operator;
EXCEPTION WHEN insufficient_privilege OR undefined_object OR duplicate_object THEN
  RAISE NOTICE 'the role governor_operator cannot be made';
END $$;
INSERT INTO governor.schema_version(version) VALUES (4) ON CONFLICT DO NOTHING;
)sql";

}  // namespace governor::daemon
