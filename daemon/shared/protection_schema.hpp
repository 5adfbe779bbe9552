#pragma once

namespace governor::daemon {

/// Files of shared workspaces that a person has protected, on whichever machine, and functions as in
/// kWorkspaceSchema. Each daemon tells its own; they stand also while it is away, and go when it takes them
/// back or leaves, not with its row in governor.daemon. The id of a row never comes to mean another pattern,
/// so whoever has looked at a pattern once need not be told of it again.
///
/// Whoever tells them has locked the workspaces, as whoever takes a lease has: who comes later to ask finds
/// what was told before.
inline constexpr const char* kProtectionSchema = R"sql(
CREATE TABLE IF NOT EXISTS governor.protection(
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  daemon uuid NOT NULL,
  host text NOT NULL,
  who text NOT NULL,
  workspace bigint NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  pattern text NOT NULL,
  is_glob boolean NOT NULL,
  reason text NOT NULL,
  client text NOT NULL,
  since_us bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS protection_by_prefix ON governor.protection(workspace, prefix);
CREATE INDEX IF NOT EXISTS protection_by_daemon ON governor.protection(daemon);

-- Locks it, and makes it where there is none yet.
CREATE OR REPLACE FUNCTION governor.lock_workspace(p_workspace text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_id bigint;
BEGIN
  LOOP
    SELECT w.id INTO v_id FROM governor.workspace w WHERE w.name = p_workspace FOR UPDATE;
    IF FOUND THEN RETURN v_id; END IF;
    INSERT INTO governor.workspace(name) VALUES (p_workspace) ON CONFLICT DO NOTHING;
  END LOOP;
END $$;

-- `p_protections`: all that this daemon has. False: it is no member of this epoch.
CREATE OR REPLACE FUNCTION governor.tell_protections_1(p_daemon uuid, p_epoch bigint, p_protections jsonb)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_name text;
  v_host text;
  v_who text;
BEGIN
  PERFORM governor.begin_call();
  FOR v_name IN
    SELECT DISTINCT t.workspace FROM jsonb_to_recordset(p_protections) AS t(workspace text) ORDER BY 1
  LOOP
    PERFORM governor.lock_workspace(v_name);
  END LOOP;
  SELECT d.host, d.who INTO v_host, v_who FROM governor.daemon d
    WHERE d.id = p_daemon AND d.epoch = p_epoch AND d.expires_at > clock_timestamp() FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  WITH told AS (
    SELECT w.id AS workspace, t.prefix, t.pattern, t.glob, t.reason, t.client, t.since_us
    FROM jsonb_to_recordset(p_protections)
      AS t(workspace text, prefix text, pattern text, glob boolean, reason text, client text, since_us bigint)
    JOIN governor.workspace w ON w.name = t.workspace
  ), gone AS (
    DELETE FROM governor.protection p WHERE p.daemon = p_daemon AND NOT EXISTS (
      SELECT 1 FROM told t WHERE t.workspace = p.workspace AND t.pattern = p.pattern AND t.glob = p.is_glob)
  ), changed AS (
    UPDATE governor.protection p
    SET host = v_host, who = v_who, reason = t.reason, client = t.client, since_us = t.since_us FROM told t
    WHERE p.daemon = p_daemon AND t.workspace = p.workspace AND t.pattern = p.pattern AND t.glob = p.is_glob
  )
  INSERT INTO governor.protection(daemon, host, who, workspace, prefix, pattern, is_glob, reason, client, since_us)
    SELECT p_daemon, v_host, v_who, t.workspace, t.prefix, t.pattern, t.glob, t.reason, t.client, t.since_us FROM told t
    WHERE NOT EXISTS (SELECT 1 FROM governor.protection p
      WHERE p.daemon = p_daemon AND t.workspace = p.workspace AND t.pattern = p.pattern AND t.glob = p.is_glob);
  RETURN true;
END $$;

-- Of other daemons, what is near: what stands before the first wildcard is compared. `p_passed`: those that are none.
-- NULL: nothing is protected.
CREATE OR REPLACE FUNCTION governor.protected_1(
  p_daemon uuid, p_workspace bigint, p_prefixes text[], p_above text[], p_passed uuid[])
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  near uuid[];
BEGIN
  near := ARRAY(
    SELECT p.id FROM governor.protection p WHERE p.workspace = p_workspace AND p.prefix = ANY (p_above)
    UNION ALL
    SELECT p.id FROM unnest(p_prefixes) AS wanted(prefix)
    JOIN governor.protection p ON p.workspace = p_workspace
      AND p.prefix > (wanted.prefix || '/') COLLATE "C" AND p.prefix < (wanted.prefix || '0') COLLATE "C");
  IF near = '{}' THEN RETURN NULL; END IF;
  RETURN (
    SELECT jsonb_agg(jsonb_build_object('id', p.id, 'pattern', p.pattern, 'glob', p.is_glob, 'reason', p.reason,
      'client', p.client, 'since_us', p.since_us, 'host', p.host, 'who', p.who) ORDER BY p.prefix, p.id)
    FROM governor.protection p
    WHERE p.id = ANY (near) AND p.daemon <> p_daemon AND p.id <> ALL (p_passed));
END $$;

-- What acquire_1 says, unless somebody else has protected what is to be written: then `protected`, with the
-- protections in the place of obstacles; the claim that was there stands then.
CREATE OR REPLACE FUNCTION governor.acquire_allowed_1(
  p_daemon uuid, p_epoch bigint, p_claim bigint, p_workspace text, p_mode integer, p_patterns text[],
  p_globs boolean[], p_prefixes text[], p_above text[], p_holder text, p_agent text, p_client text,
  p_pid bigint, p_reason text, p_ttl_ms bigint, p_waits boolean, p_passed text[],
  p_guarded text[], p_guarded_above text[], p_passed_protections uuid[])
RETURNS TABLE(outcome text, fence bigint, obstacles jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_workspace bigint;
  v_protections jsonb;
BEGIN
  PERFORM governor.begin_call();
  v_workspace := governor.lock_workspace(p_workspace);
  -- A statement of its own: it sees what was told before the lock was had.
  v_protections := governor.protected_1(p_daemon, v_workspace, p_guarded, p_guarded_above, p_passed_protections);
  IF v_protections IS NOT NULL THEN
    RETURN QUERY SELECT 'protected', NULL::bigint, v_protections;
    RETURN;
  END IF;
  RETURN QUERY SELECT a.outcome, a.fence, a.obstacles FROM governor.acquire_1(p_daemon, p_epoch, p_claim,
    p_workspace, p_mode, p_patterns, p_globs, p_prefixes, p_above, p_holder, p_agent, p_client, p_pid, p_reason,
    p_ttl_ms, p_waits, p_passed) a;
END $$;

-- Of a write under a lease that was granted before. Of what is told meanwhile it may know or not.
CREATE OR REPLACE FUNCTION governor.protections_near_1(
  p_daemon uuid, p_workspace text, p_prefixes text[], p_above text[])
RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(governor.protected_1(p_daemon, (SELECT w.id FROM governor.workspace w WHERE w.name = p_workspace),
    p_prefixes, p_above, '{}'), '[]')
$$;

-- As leave_1; what it has protected goes as well.
CREATE OR REPLACE FUNCTION governor.leave_2(p_daemon uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was_known boolean := governor.leave_1(p_daemon);
BEGIN
  DELETE FROM governor.protection p WHERE p.daemon = p_daemon;
  RETURN was_known;
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA governor FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA governor FROM PUBLIC;
DO $$ BEGIN
  GRANT EXECUTE ON FUNCTION governor.tell_protections_1, governor.acquire_allowed_1,
    governor.protections_near_1, governor.leave_2 TO governor_member;
EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
  RAISE NOTICE 'the role governor_member has no right to protections';
END $$;
INSERT INTO governor.schema_version(version) VALUES (5) ON CONFLICT DO NOTHING;
)sql";

}  // namespace governor::daemon
