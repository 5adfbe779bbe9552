#pragma once

namespace governor::daemon {

/// What a team sees of all machines: a row for each agent and each open alert of the daemons that tell it,
/// and functions as in kWorkspaceSchema. A daemon writes its own rows only. What a daemon wrote under an
/// epoch before is gone when it has told everything anew; what one wrote that has not been a member for a
/// week goes as well.
inline constexpr const char* kFleetSchema = R"sql(
CREATE TABLE IF NOT EXISTS governor.fleet_agent(
  daemon uuid NOT NULL,
  id text NOT NULL,
  epoch bigint NOT NULL,
  status text NOT NULL,
  health text NOT NULL,
  updates bigint NOT NULL,
  decision text,
  risk double precision,
  coherence double precision,
  updated_us bigint,
  PRIMARY KEY (daemon, id)
);
CREATE TABLE IF NOT EXISTS governor.fleet_alert(
  daemon uuid NOT NULL,
  key bigint NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL,
  agent text NOT NULL,
  message text NOT NULL,
  raised_us bigint NOT NULL,
  PRIMARY KEY (daemon, key)
);

-- `p_agents`: those that have changed, `deleted` ones too; `p_alerts`: all that are open; `p_is_end`: with these all
-- agents have been told in this epoch. False: the daemon is no member of this epoch. Losing the last of it by a crash of the
-- server costs nothing, so nobody waits for the disk.
CREATE OR REPLACE FUNCTION governor.publish_1(
  p_daemon uuid, p_epoch bigint, p_agents jsonb, p_alerts jsonb, p_is_end boolean)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('lock_timeout', '3000', true), set_config('synchronous_commit', 'off', true);
  PERFORM 1 FROM governor.daemon d
    WHERE d.id = p_daemon AND d.epoch = p_epoch AND d.expires_at > clock_timestamp() FOR SHARE;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM governor.fleet_agent a USING jsonb_to_recordset(p_agents) AS told(id text, status text)
    WHERE a.daemon = p_daemon AND a.id = told.id AND told.status = 'deleted';
  INSERT INTO governor.fleet_agent AS a
    SELECT p_daemon, told.id, p_epoch, told.status, told.health, told.updates, told.decision, told.risk,
      told.coherence, told.updated_us
    FROM jsonb_to_recordset(p_agents) AS told(id text, status text, health text, updates bigint, decision text,
      risk double precision, coherence double precision, updated_us bigint)
    WHERE told.status <> 'deleted'
    ON CONFLICT (daemon, id) DO UPDATE SET epoch = excluded.epoch, status = excluded.status,
      health = excluded.health, updates = excluded.updates, decision = excluded.decision, risk = excluded.risk,
      coherence = excluded.coherence, updated_us = excluded.updated_us;
  DELETE FROM governor.fleet_alert a WHERE a.daemon = p_daemon
    AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset(p_alerts) AS told(key bigint) WHERE told.key = a.key);
  INSERT INTO governor.fleet_alert AS a
    SELECT p_daemon, told.* FROM jsonb_to_recordset(p_alerts) AS told(key bigint, kind text, severity text, agent text,
      message text, raised_us bigint)
    ON CONFLICT (daemon, key) DO UPDATE SET severity = excluded.severity, message = excluded.message,
      raised_us = excluded.raised_us;
  IF p_is_end THEN
    DELETE FROM governor.fleet_agent a WHERE a.daemon = p_daemon AND a.epoch < p_epoch;
    DELETE FROM governor.fleet_agent a USING governor.daemon d
      WHERE d.id = a.daemon AND d.expires_at < now() - interval '7 days';
    DELETE FROM governor.fleet_alert a USING governor.daemon d
      WHERE d.id = a.daemon AND d.expires_at < now() - interval '7 days';
  END IF;
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION governor.utc_text(p_us bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(to_timestamp(p_us / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;

-- Those in trouble first. `p_host`: of this machine only; empty: of all.
CREATE OR REPLACE FUNCTION governor.fleet_agents_1(p_host text, p_limit integer) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH fleet AS (
    SELECT a.*, d.host, d.who, d.expires_at > clock_timestamp() AS is_member,
      (extract(epoch FROM d.expires_at) * 1000000)::bigint AS member_until_us
    FROM governor.fleet_agent a JOIN governor.daemon d ON d.id = a.daemon WHERE p_host = '' OR d.host = p_host
  ), shown AS (
    SELECT * FROM fleet ORDER BY array_position(ARRAY['critical', 'degraded', 'healthy', 'unknown'], health), risk DESC NULLS LAST,
      host, id LIMIT p_limit
  )
  SELECT jsonb_build_object('total', (SELECT count(*) FROM fleet), 'agents', coalesce(jsonb_agg(jsonb_build_object(
    'agent_id', id, 'status', status, 'health', health, 'updates', updates, 'decision', decision, 'risk_score', risk,
    'coherence', coherence, 'last_update', governor.utc_text(updated_us), 'host', host, 'who', who, 'daemon', daemon,
    'is_member', is_member,
    'member_until', governor.utc_text(member_until_us))), '[]')) FROM shown
$$;
CREATE OR REPLACE FUNCTION governor.fleet_alerts_1(p_host text, p_limit integer) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH fleet AS (
    SELECT a.*, d.host, d.who, d.expires_at > clock_timestamp() AS is_member
    FROM governor.fleet_alert a JOIN governor.daemon d ON d.id = a.daemon WHERE p_host = '' OR d.host = p_host
  ), shown AS (
    SELECT * FROM fleet ORDER BY array_position(ARRAY['critical', 'warning'], severity), raised_us DESC, host, key
      LIMIT p_limit
  )
  SELECT jsonb_build_object('total', (SELECT count(*) FROM fleet), 'alerts', coalesce(jsonb_agg(jsonb_build_object(
    'alert', key, 'kind', kind, 'severity', severity, 'agent_id', agent, 'message', message, 'raised', governor.utc_text(raised_us),
    'host', host, 'who', who, 'is_member', is_member)), '[]')) FROM shown
$$;

-- Everything that this daemon has ends. False: it is not known.
CREATE OR REPLACE FUNCTION governor.leave_1(p_daemon uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t governor.task;
BEGIN
  PERFORM governor.begin_call();
  PERFORM 1 FROM governor.task_list l WHERE l.id IN (SELECT x.list FROM governor.task x WHERE x.daemon = p_daemon)
    ORDER BY l.id FOR UPDATE;
  UPDATE governor.daemon d SET expires_at = '-infinity' WHERE d.id = p_daemon;
  IF NOT FOUND THEN RETURN false; END IF;
  FOR t IN SELECT x.* FROM governor.task x WHERE x.daemon = p_daemon ORDER BY x.list, x.number LOOP
    PERFORM governor.task_return(t, 'owner_gone', governor.now_us());
  END LOOP;
  PERFORM governor.expel(p_daemon);
  DELETE FROM governor.fleet_agent a WHERE a.daemon = p_daemon;
  DELETE FROM governor.fleet_alert a WHERE a.daemon = p_daemon;
  DELETE FROM governor.daemon d WHERE d.id = p_daemon;
  RETURN true;
END $$;

-- Those whose time was over long ago and that hold nothing: some, whenever a daemon joins. They can come to hold
-- something only after their row has been changed, which is locked here.
CREATE OR REPLACE FUNCTION governor.forget_daemons() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_daemons uuid[] := ARRAY(SELECT d.id FROM governor.daemon d
    WHERE d.expires_at < clock_timestamp() - interval '30 days'
      AND NOT EXISTS (SELECT 1 FROM governor.claim c WHERE c.daemon = d.id AND c.fence IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM governor.task t WHERE t.daemon = d.id)
    LIMIT 100 FOR UPDATE SKIP LOCKED);
BEGIN
  IF v_daemons = '{}' THEN RETURN; END IF;
  INSERT INTO governor.forgotten_daemon(epoch) SELECT max(d.epoch) FROM governor.daemon d WHERE d.id = ANY (v_daemons)
    ON CONFLICT (only_one) DO UPDATE SET epoch = greatest(forgotten_daemon.epoch, excluded.epoch);
  -- What they waited for when they died.
  PERFORM governor.drop_claims(c.daemon, array_agg(c.claim)) FROM governor.claim c WHERE c.daemon = ANY (v_daemons)
    GROUP BY c.daemon;
  DELETE FROM governor.fleet_agent a WHERE a.daemon = ANY (v_daemons);
  DELETE FROM governor.fleet_alert a WHERE a.daemon = ANY (v_daemons);
  DELETE FROM governor.answer a WHERE a.daemon = ANY (v_daemons);
  DELETE FROM governor.daemon d WHERE d.id = ANY (v_daemons);
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA governor FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA governor FROM PUBLIC;
DO $$ BEGIN
  GRANT EXECUTE ON FUNCTION governor.publish_1, governor.fleet_agents_1, governor.fleet_alerts_1, governor.leave_1 TO governor_member;
EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
  RAISE NOTICE 'the role governor_member has no right to see the fleet';
END $$;
INSERT INTO governor.schema_version(version) VALUES (3) ON CONFLICT DO NOTHING;
)sql";

}  // namespace governor::daemon
