#pragma once

namespace governor::daemon {

/// What `governorctl shared init` makes of a database, all in one transaction: it may be sent again, and does
/// not touch what is there already. Each function is one operation, one transaction and one round trip.
///
/// A daemon is a member for a time, by the clock of the database, and renews it. What it holds or waits for
/// are its claims; a claim with a fence is held. A workspace's row is locked by whoever takes something in
/// it, so that all that is taken there is one sequence; releasing alone takes no lock. A daemon whose time is
/// over keeps its claims until one of them is in somebody's way: then all of them go, and its epoch rises, so
/// that it finds out when it comes back.
///
/// Claims of one daemon are never in each other's way here: that daemon decides between its own clients. Nor
/// does the database understand patterns: it compares what stands before the first wildcard, and whoever asks
/// looks closer and names in `p_passed` those that are none (`daemon/claim`, whose patterns never change).
inline constexpr const char* kWorkspaceSchema = R"sql(
SELECT pg_advisory_xact_lock(7454205591127941230);
CREATE SCHEMA IF NOT EXISTS governor;
CREATE TABLE IF NOT EXISTS governor.schema_version(
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS governor.daemon(
  id uuid PRIMARY KEY,
  host text NOT NULL,
  who text NOT NULL,
  place text NOT NULL,
  epoch bigint NOT NULL,
  expires_at timestamptz NOT NULL
);
-- The login of the database under which it joined; NULL: it joined a version that did not look at that.
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = 'governor.daemon'::regclass AND a.attname = 'db_user') THEN
    ALTER TABLE governor.daemon ADD COLUMN db_user name;
  END IF;
END $$;
-- One row: the highest epoch of those that were forgotten. One of them that comes back has a higher one.
CREATE TABLE IF NOT EXISTS governor.forgotten_daemon(
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  epoch bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS governor.workspace(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  epoch bigint NOT NULL DEFAULT 1,
  sequence bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS governor.claim(
  daemon uuid NOT NULL,
  claim bigint NOT NULL,
  workspace bigint NOT NULL,
  mode smallint NOT NULL,
  patterns text[] NOT NULL,
  globs boolean[] NOT NULL,
  holder text NOT NULL,
  agent text NOT NULL,
  client text NOT NULL,
  pid bigint NOT NULL,
  reason text NOT NULL,
  place bigint NOT NULL,
  fence bigint,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (daemon, claim)
);
CREATE TABLE IF NOT EXISTS governor.claimed_path(
  workspace bigint NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  daemon uuid NOT NULL,
  claim bigint NOT NULL,
  PRIMARY KEY (workspace, prefix, daemon, claim)
);
CREATE INDEX IF NOT EXISTS claimed_path_by_claim ON governor.claimed_path(daemon, claim);
CREATE INDEX IF NOT EXISTS claim_that_waits ON governor.claim(workspace) WHERE fence IS NULL;

DO $$ BEGIN
  IF to_regtype('governor.claim_key') IS NULL THEN
    CREATE TYPE governor.claim_key AS (daemon uuid, claim bigint);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION governor.begin_call() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('lock_timeout', '3000', true);
  IF current_setting('synchronous_commit') IN ('off', 'local') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION governor.in_the_way(
  p_workspace bigint, p_daemon uuid, p_holder text, p_place bigint, p_mode integer, p_prefixes text[],
  p_above text[], p_passed text[])
RETURNS SETOF governor.claim_key LANGUAGE sql STABLE AS $$
  SELECT DISTINCT c.daemon, c.claim
  FROM (
    SELECT p.daemon, p.claim FROM governor.claimed_path p
    WHERE p.workspace = p_workspace AND p.prefix = ANY (p_above)
    UNION ALL
    SELECT p.daemon, p.claim FROM unnest(p_prefixes) AS wanted(prefix)
    JOIN governor.claimed_path p ON p.workspace = p_workspace
      AND p.prefix > (wanted.prefix || '/') COLLATE "C" AND p.prefix < (wanted.prefix || '0') COLLATE "C"
  ) near
  JOIN governor.claim c ON c.daemon = near.daemon AND c.claim = near.claim
  WHERE c.daemon <> p_daemon AND (c.mode = 2 OR p_mode = 2)
    AND NOT (c.daemon::text || '/' || c.claim::text) = ANY (p_passed)
    AND (c.fence IS NOT NULL OR (c.place < p_place AND NOT EXISTS (
      -- It waits for the very holder that asks: to stand behind it would be a deadlock.
      SELECT 1 FROM governor.claim own
      JOIN governor.claimed_path held ON held.daemon = own.daemon AND held.claim = own.claim
      JOIN governor.claimed_path waited ON waited.daemon = c.daemon AND waited.claim = c.claim
      WHERE own.daemon = p_daemon AND own.holder = p_holder AND own.workspace = p_workspace
        AND own.fence IS NOT NULL AND (own.mode = 2 OR c.mode = 2)
        AND (held.prefix = waited.prefix OR starts_with(held.prefix, waited.prefix || '/')
             OR starts_with(waited.prefix, held.prefix || '/')))))
$$;

-- Whoever waits in their workspaces is told. Only then: a NOTIFY makes commits wait for each other.
CREATE OR REPLACE FUNCTION governor.drop_claims(p_daemon uuid, p_claims bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM governor.claimed_path p WHERE p.daemon = p_daemon AND p.claim = ANY (p_claims);
  PERFORM pg_notify('governor', 'w:' || w.name) FROM governor.workspace w
    WHERE w.id IN (SELECT c.workspace FROM governor.claim c WHERE c.daemon = p_daemon AND c.claim = ANY (p_claims))
      AND EXISTS (SELECT 1 FROM governor.claim waits WHERE waits.workspace = w.id AND waits.fence IS NULL
        AND NOT (waits.daemon = p_daemon AND waits.claim = ANY (p_claims)));
  DELETE FROM governor.claim c WHERE c.daemon = p_daemon AND c.claim = ANY (p_claims);
END $$;

-- False: it has renewed its time after all.
CREATE OR REPLACE FUNCTION governor.expel(p_daemon uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE governor.daemon d SET epoch = d.epoch + 1 WHERE d.id = p_daemon AND d.expires_at <= clock_timestamp();
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM governor.drop_claims(p_daemon, ARRAY(SELECT c.claim FROM governor.claim c WHERE c.daemon = p_daemon));
  RETURN true;
END $$;

-- outcome: `joined`; `taken`, a daemon of another place (machine and state directory) or another login has this
-- identity. `kept`: those of `p_keep` that it still holds; all others of its claims are gone.
CREATE OR REPLACE FUNCTION governor.join_1(
  p_daemon uuid, p_host text, p_who text, p_place text, p_membership_ms bigint, p_keep bigint[])
RETURNS TABLE(outcome text, epoch bigint, kept bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known governor.daemon%ROWTYPE;
  v_kept bigint[];
BEGIN
  PERFORM governor.begin_call();
  LOOP
    INSERT INTO governor.daemon AS d VALUES (p_daemon, p_host, p_who, p_place, 0, '-infinity') ON CONFLICT DO NOTHING;
    SELECT * INTO known FROM governor.daemon d WHERE d.id = p_daemon FOR UPDATE;
    EXIT WHEN FOUND;
  END LOOP;
  IF (known.expires_at > clock_timestamp() AND known.place <> p_place) OR known.db_user <> session_user THEN
    RETURN QUERY SELECT 'taken', 0::bigint, '{}'::bigint[];
    RETURN;
  END IF;
  IF known.expires_at = '-infinity' THEN
    known.epoch := greatest(known.epoch, (SELECT f.epoch FROM governor.forgotten_daemon f));
  END IF;
  UPDATE governor.daemon d SET host = p_host, who = p_who, place = p_place, db_user = session_user, epoch = known.epoch + 1,
    expires_at = clock_timestamp() + p_membership_ms * interval '1 millisecond' WHERE d.id = p_daemon;
  PERFORM governor.drop_claims(p_daemon, coalesce((
    SELECT array_agg(c.claim) FROM governor.claim c
    WHERE c.daemon = p_daemon AND (c.fence IS NULL OR NOT c.claim = ANY (p_keep))), '{}'));
  SELECT coalesce(array_agg(c.claim), '{}') INTO v_kept FROM governor.claim c WHERE c.daemon = p_daemon;
  PERFORM governor.forget_daemons();
  RETURN QUERY SELECT 'joined', known.epoch + 1, v_kept;
END $$;

-- How many claims it has; NULL: it is no member of this epoch any more. One whose time was over goes on if
-- nobody has taken anything from it meanwhile.
CREATE OR REPLACE FUNCTION governor.renew_1(p_daemon uuid, p_epoch bigint, p_membership_ms bigint)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM governor.begin_call();
  UPDATE governor.daemon d SET expires_at = clock_timestamp() + p_membership_ms * interval '1 millisecond'
    WHERE d.id = p_daemon AND d.epoch = p_epoch;
  IF NOT FOUND THEN RETURN NULL; END IF;
  RETURN (SELECT count(*) FROM governor.claim c WHERE c.daemon = p_daemon);
END $$;

-- outcome: `granted`; `waits`, in the queue, to be asked again within ten seconds; `held`; `no_member`, its
-- time is over. The same claim once more is granted once more.
CREATE OR REPLACE FUNCTION governor.acquire_1(
  p_daemon uuid, p_epoch bigint, p_claim bigint, p_workspace text, p_mode integer, p_patterns text[],
  p_globs boolean[], p_prefixes text[], p_above text[], p_holder text, p_agent text, p_client text,
  p_pid bigint, p_reason text, p_ttl_ms bigint, p_waits boolean, p_passed text[])
RETURNS TABLE(outcome text, fence bigint, obstacles jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here governor.workspace%ROWTYPE;
  own governor.claim%ROWTYPE;
  is_known boolean;
  v_place bigint;
  v_fence bigint;
  v_now timestamptz;
  gone uuid;
  expelled boolean := false;
  stale record;
  in_the_way governor.claim_key[];
  found_ones jsonb;
BEGIN
  PERFORM governor.begin_call();
  LOOP
    SELECT * INTO here FROM governor.workspace w WHERE w.name = p_workspace FOR UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO governor.workspace(name) VALUES (p_workspace) ON CONFLICT DO NOTHING;
  END LOOP;
  v_now := clock_timestamp();
  PERFORM 1 FROM governor.daemon d
    WHERE d.id = p_daemon AND d.epoch = p_epoch AND d.expires_at > v_now FOR SHARE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'no_member', NULL::bigint, '[]'::jsonb;
    RETURN;
  END IF;
  SELECT * INTO own FROM governor.claim c WHERE c.daemon = p_daemon AND c.claim = p_claim;
  is_known := FOUND;
  IF own.fence IS NOT NULL THEN
    RETURN QUERY SELECT 'granted', own.fence, '[]'::jsonb;
    RETURN;
  END IF;
  v_place := CASE WHEN is_known THEN own.place ELSE 9223372036854775807 END;
  in_the_way := ARRAY(SELECT w FROM governor.in_the_way(here.id, p_daemon, p_holder, v_place, p_mode, p_prefixes,
    p_above, p_passed) w);
  IF in_the_way <> '{}' THEN
    -- Whoever's time is over gives way, and so does who has ceased to ask.
    FOR gone IN
      SELECT DISTINCT d.id FROM unnest(in_the_way) w JOIN governor.daemon d ON d.id = w.daemon
      WHERE d.expires_at <= v_now ORDER BY 1
    LOOP
      expelled := governor.expel(gone) OR expelled;
    END LOOP;
    FOR stale IN
      SELECT c.daemon, c.claim FROM unnest(in_the_way) w
      JOIN governor.claim c ON c.daemon = w.daemon AND c.claim = w.claim
      WHERE c.fence IS NULL AND c.seen_at < v_now - interval '10 seconds'
      ORDER BY 1, 2
    LOOP
      PERFORM governor.drop_claims(stale.daemon, ARRAY[stale.claim]);
    END LOOP;
    SELECT jsonb_agg(jsonb_build_object(
        'daemon', c.daemon, 'claim', c.claim, 'held', c.fence IS NOT NULL, 'host', d.host, 'who', d.who,
        'agent', c.agent, 'client', c.client, 'pid', c.pid, 'mode', c.mode, 'patterns', c.patterns,
        'globs', c.globs, 'reason', c.reason, 'since_us', (extract(epoch FROM c.since) * 1000000)::bigint,
        'until_us', (extract(epoch FROM c.until) * 1000000)::bigint) ORDER BY c.place)
      INTO found_ones FROM unnest(in_the_way) w
      JOIN governor.claim c ON c.daemon = w.daemon AND c.claim = w.claim
      JOIN governor.daemon d ON d.id = c.daemon;
  END IF;
  IF found_ones IS NOT NULL AND NOT p_waits THEN
    PERFORM governor.drop_claims(p_daemon, ARRAY[p_claim]);
    RETURN QUERY SELECT 'held', NULL::bigint, found_ones;
    RETURN;
  END IF;
  IF expelled OR here.sequence >= 4294967295 THEN
    here.epoch := here.epoch + 1;
    here.sequence := CASE WHEN here.sequence >= 4294967295 THEN 0 ELSE here.sequence END;
  END IF;
  IF found_ones IS NULL THEN
    here.sequence := here.sequence + 1;
    v_fence := here.epoch * 4294967296 + here.sequence;
  ELSIF NOT is_known THEN
    here.sequence := here.sequence + 1;
  END IF;
  IF is_known THEN
    UPDATE governor.claim c SET fence = v_fence, seen_at = v_now,
      since = CASE WHEN v_fence IS NULL THEN c.since ELSE v_now END,
      until = v_now + p_ttl_ms * interval '1 millisecond' WHERE c.daemon = p_daemon AND c.claim = p_claim;
  ELSE
    INSERT INTO governor.claim VALUES (p_daemon, p_claim, here.id, p_mode, p_patterns, p_globs, p_holder,
      p_agent, p_client, p_pid, p_reason, here.epoch * 4294967296 + here.sequence, v_fence, v_now,
      v_now + p_ttl_ms * interval '1 millisecond', v_now);
    INSERT INTO governor.claimed_path
      SELECT DISTINCT here.id, wanted.prefix, p_daemon, p_claim FROM unnest(p_prefixes) AS wanted(prefix);
  END IF;
  IF expelled OR v_fence IS NOT NULL OR NOT is_known THEN
    UPDATE governor.workspace w SET epoch = here.epoch, sequence = here.sequence WHERE w.id = here.id;
  END IF;
  IF v_fence IS NOT NULL THEN
    RETURN QUERY SELECT 'granted', v_fence, '[]'::jsonb;
  ELSE
    RETURN QUERY SELECT 'waits', NULL::bigint, found_ones;
  END IF;
END $$;

-- Those that are not there are released already.
CREATE OR REPLACE FUNCTION governor.release_1(p_daemon uuid, p_claims bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM governor.begin_call();
  PERFORM governor.drop_claims(p_daemon, p_claims);
END $$;

-- The same before a request of that workspace, in one statement with it: gives `p_claim`, which is asked for and not
-- released, to whatever grants it. The locks of acquire_1 come first, in its order: whoever else takes claims away
-- has locked their daemon or their workspace, so that nobody waits here for who waits for him.
CREATE OR REPLACE FUNCTION governor.release_before_1(
  p_daemon uuid, p_workspace text, p_claim bigint, p_released bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM governor.begin_call();
  LOOP
    PERFORM 1 FROM governor.workspace w WHERE w.name = p_workspace FOR UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO governor.workspace(name) VALUES (p_workspace) ON CONFLICT DO NOTHING;
  END LOOP;
  PERFORM 1 FROM governor.daemon d WHERE d.id = p_daemon FOR SHARE;
  PERFORM governor.drop_claims(p_daemon, array_remove(p_released, p_claim));
  RETURN p_claim;
END $$;

CREATE OR REPLACE FUNCTION governor.status_1() RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'version', (SELECT max(v.version) FROM governor.schema_version v),
    'daemons', (SELECT coalesce(jsonb_agg(jsonb_build_object('host', d.host, 'who', d.who, 'epoch', d.epoch,
      'is_member', d.expires_at > clock_timestamp(), 'held',
      (SELECT count(*) FROM governor.claim c WHERE c.daemon = d.id AND c.fence IS NOT NULL), 'waiting',
      (SELECT count(*) FROM governor.claim c WHERE c.daemon = d.id AND c.fence IS NULL))
      ORDER BY d.expires_at DESC), '[]') FROM governor.daemon d),
    'workspaces', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', w.name, 'epoch', w.epoch, 'held',
      (SELECT count(*) FROM governor.claim c WHERE c.workspace = w.id AND c.fence IS NOT NULL))
      ORDER BY w.name), '[]') FROM governor.workspace w))
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA governor FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA governor FROM PUBLIC;
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'governor_member') THEN
    CREATE ROLE governor_member NOLOGIN;
  END IF;
  GRANT USAGE ON SCHEMA governor TO governor_member;
  GRANT EXECUTE ON FUNCTION governor.join_1, governor.renew_1, governor.acquire_1, governor.release_1,
    governor.release_before_1, governor.status_1 TO governor_member;
EXCEPTION WHEN insufficient_privilege OR duplicate_object THEN
  RAISE NOTICE 'the role governor_member cannot be made';
END $$;
INSERT INTO governor.schema_version(version) VALUES (1) ON CONFLICT DO NOTHING;
)sql";

}  // namespace governor::daemon
