-- SPDX-License-Identifier: Apache-2.0
-- What the orchestrator does across tenants, as functions: renew leases, adopt abandoned turns, relay the outbox.
--
-- These three jobs belong to no tenant, and the service's role sees no row without one. So they run as the owner of the
-- tables (SECURITY DEFINER), who is let through by a policy of its own on turns and outbox, and only there: items and
-- conversations stay closed to it. The functions return ids, counts and outbox payloads, never anybody's text, and each
-- touches only rows that are due.

CREATE POLICY keeper ON conversations.turns TO parley_owner USING (true) WITH CHECK (true);
CREATE POLICY keeper ON conversations.outbox TO parley_owner USING (true) WITH CHECK (true);

-- Extends the leases of the turns that one process still runs. It names them: a turn whose end it could not write is
-- left out, and so finds another owner. Returns how many were extended.
CREATE FUNCTION conversations.renew_leases(process uuid, living uuid[], lease_ms bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH renewed AS (
        UPDATE conversations.turns SET lease_until = now() + lease_ms * interval '1 ms'
        WHERE ended_at IS NULL AND owner = process AND id = ANY (living)
        RETURNING 1
    )
    SELECT count(*) FROM renewed;
END;

-- Makes one process the owner of turns whose lease has run out, one epoch on. SKIP LOCKED lets several replicas sweep
-- at once without meeting.
CREATE FUNCTION conversations.adopt_expired_turns(process uuid, lease_ms bigint, most integer)
RETURNS TABLE (
    organisation_id uuid, id uuid, user_id uuid, project_id uuid, conversation_id uuid, is_stored boolean,
    epoch integer, model text
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE conversations.turns AS t
    SET owner = process, epoch = t.epoch + 1, lease_until = now() + lease_ms * interval '1 ms'
    WHERE (t.organisation_id, t.id) IN (
        SELECT d.organisation_id, d.id FROM conversations.turns AS d
        WHERE d.ended_at IS NULL AND d.lease_until < now()
        ORDER BY d.lease_until LIMIT most
        FOR UPDATE SKIP LOCKED
    )
    RETURNING t.organisation_id, t.id, t.user_id, t.project_id, t.conversation_id, t.is_stored, t.epoch, t.model;
END;

-- Takes due rows of the outbox for one attempt: they come back after the back-off unless they are marked as sent.
-- The back-off doubles from half a second to a minute.
CREATE FUNCTION conversations.take_due_outbox(most integer)
RETURNS TABLE (id bigint, organisation_id uuid, turn_id uuid, kind text, payload bytea, attempts integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE conversations.outbox AS o
    SET attempts = o.attempts + 1,
        due_at = now() + least(60000, 500 * power(2, least(o.attempts, 10))) * interval '1 ms'
    WHERE o.id IN (
        SELECT d.id FROM conversations.outbox AS d
        WHERE d.sent_at IS NULL AND d.due_at <= now()
        ORDER BY d.id LIMIT most
        FOR UPDATE SKIP LOCKED
    )
    RETURNING o.id, o.organisation_id, o.turn_id, o.kind, o.payload, o.attempts;
END;

-- Marks rows as delivered and keeps what billing charged beside the turn.
CREATE FUNCTION conversations.mark_outbox_sent(ids bigint[], charges bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH sent AS (
        UPDATE conversations.outbox AS o SET sent_at = now()
        FROM unnest(ids, charges) AS s (id, charged)
        WHERE o.id = s.id AND o.sent_at IS NULL
        RETURNING o.organisation_id, o.turn_id, s.charged
    )
    UPDATE conversations.turns AS t SET charged_micros = sent.charged
    FROM sent
    WHERE t.organisation_id = sent.organisation_id AND t.id = sent.turn_id AND sent.charged <> 0;
END;

-- Delivered rows are of no use after a day; removing them keeps the table as small as its backlog.
CREATE FUNCTION conversations.prune_outbox(most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM conversations.outbox AS o
        WHERE o.id IN (
            SELECT d.id FROM conversations.outbox AS d
            WHERE d.sent_at < now() - interval '1 day' LIMIT most
        )
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;

-- How many turns stand in which state, and how far the outbox is behind. For the admin tool and the metrics.
CREATE FUNCTION conversations.count_turns()
RETURNS TABLE (running bigint, settled bigint, released bigint, expired bigint, waiting bigint, lag_ms bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT
        count(*) FILTER (WHERE t.ended_at IS NULL),
        count(*) FILTER (WHERE t.state = 'settled'),
        count(*) FILTER (WHERE t.state = 'released'),
        count(*) FILTER (WHERE t.state = 'expired'),
        (SELECT count(*) FROM conversations.outbox AS o WHERE o.sent_at IS NULL),
        (SELECT coalesce((extract(epoch FROM now() - min(o.created_at)) * 1000)::bigint, 0)
         FROM conversations.outbox AS o WHERE o.sent_at IS NULL)
    FROM conversations.turns AS t;
END;

REVOKE ALL ON FUNCTION conversations.renew_leases(uuid, uuid[], bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION conversations.adopt_expired_turns(uuid, bigint, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION conversations.take_due_outbox(integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION conversations.mark_outbox_sent(bigint[], bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION conversations.prune_outbox(integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION conversations.count_turns() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conversations.renew_leases(uuid, uuid[], bigint) TO parley_orchestrator;
GRANT EXECUTE ON FUNCTION conversations.adopt_expired_turns(uuid, bigint, integer) TO parley_orchestrator;
GRANT EXECUTE ON FUNCTION conversations.take_due_outbox(integer) TO parley_orchestrator;
GRANT EXECUTE ON FUNCTION conversations.mark_outbox_sent(bigint[], bigint[]) TO parley_orchestrator;
GRANT EXECUTE ON FUNCTION conversations.prune_outbox(integer) TO parley_orchestrator;
GRANT EXECUTE ON FUNCTION conversations.count_turns() TO parley_orchestrator;
