-- SPDX-License-Identifier: Apache-2.0
-- A reservation that comes after its turn's end is refused.
--
-- A turn that ends while its Reserve is on the way, because the client left or 100 ms have passed, is released at once. The
-- release could be carried out before the reservation, found nothing to end, and the reservation stayed open with nobody
-- who knew of it until it lapsed. So a release of nothing is remembered, and both take the same lock.

CREATE TABLE billing.withdrawn_turns (
    organisation_id uuid NOT NULL,
    turn_id uuid NOT NULL,
    withdrawn_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, turn_id)
);
CREATE INDEX withdrawn_turns_by_age ON billing.withdrawn_turns (withdrawn_at);
ALTER TABLE billing.withdrawn_turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.withdrawn_turns FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON billing.withdrawn_turns TO parley_billing
    USING (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid)
    WITH CHECK (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid);
CREATE POLICY owner ON billing.withdrawn_turns TO parley_owner USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON billing.withdrawn_turns TO parley_billing;

-- Sets money aside. The same turn again gets the same reservation with a new lease, which is how an owner renews it.
-- `verdict` is 'ok', 'ended', 'no_price' or 'budget'. The budget row is locked, so that two turns cannot both take the
-- last of it.
CREATE OR REPLACE FUNCTION billing.reserve(
    org uuid, turn uuid, project uuid, person uuid, wanted_model text, prompt bigint, completion bigint,
    lease interval, OUT verdict text, OUT amount bigint, OUT money text, OUT price integer
) LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    known billing.reservations;
    p billing.prices;
    cap bigint;
    committed bigint;
BEGIN
    -- Before anything is looked at: the same turn's Reserve, repeated while the first still runs, must find it, and not
    -- count it against the budget as somebody else's.
    PERFORM pg_advisory_xact_lock(uuid_hash_extended(turn, 0));
    SELECT * INTO known FROM billing.reservations r WHERE r.organisation_id = org AND r.turn_id = turn;
    IF FOUND THEN
        verdict := CASE WHEN known.state IN ('open', 'lapsed') THEN 'ok' ELSE 'ended' END;
        UPDATE billing.reservations r SET state = 'open', expires_at = now() + lease
            WHERE r.organisation_id = org AND r.turn_id = turn AND r.state IN ('open', 'lapsed');
        amount := known.amount_micros; money := known.currency; price := known.price_version;
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM billing.withdrawn_turns w WHERE w.organisation_id = org AND w.turn_id = turn) THEN
        verdict := 'ended'; amount := 0; money := ''; price := 0;
        RETURN;
    END IF;
    p := billing.current_price(wanted_model);
    IF p.model IS NULL THEN
        verdict := 'no_price'; amount := 0; money := ''; price := 0;
        RETURN;
    END IF;
    amount := billing.charge(p, prompt, 0, completion); money := p.currency; price := p.version;
    SELECT b.monthly_micros INTO cap FROM billing.budgets b
        WHERE b.organisation_id = org AND b.currency = p.currency FOR UPDATE;
    IF FOUND THEN
        SELECT coalesce((SELECT sum(l.charged_micros) FROM billing.ledger l
                         WHERE l.organisation_id = org AND l.currency = p.currency
                           AND l.month = date_trunc('month', now() AT TIME ZONE 'UTC')::date), 0)
             + coalesce((SELECT sum(r.amount_micros) FROM billing.reservations r
                         WHERE r.organisation_id = org AND r.currency = p.currency AND r.state = 'open'), 0)
        INTO committed;
        IF committed + amount > cap THEN
            verdict := 'budget';
            RETURN;
        END IF;
    END IF;
    INSERT INTO billing.reservations
        (organisation_id, turn_id, project_id, user_id, model, price_version, currency, amount_micros, expires_at)
    VALUES (org, turn, project, person, wanted_model, p.version, p.currency, amount, now() + lease)
    ON CONFLICT DO NOTHING;
    verdict := 'ok';
END $$;

-- As before, but it looks for the reservation first, because nearly every turn has one and an insert that conflicts
-- costs more than a look that finds; and a release of nothing leaves its mark.
CREATE OR REPLACE FUNCTION billing.finish(
    org uuid, turn uuid, project uuid, person uuid, wanted_model text, ending text, prompt bigint, cached bigint,
    completion bigint, how text, turn_epoch integer, OUT verdict text, OUT charged bigint, OUT money text
) LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    held billing.reservations;
    p billing.prices;
BEGIN
    SELECT * INTO held FROM billing.reservations r WHERE r.organisation_id = org AND r.turn_id = turn FOR UPDATE;
    IF NOT FOUND THEN
        -- A reservation that is being made at this moment is waited for, and found by the second look.
        PERFORM pg_advisory_xact_lock(uuid_hash_extended(turn, 0));
        IF ending = 'settle' THEN
            -- Never reserved, because billing was away when the turn began: it was used all the same.
            p := billing.current_price(wanted_model);
            IF p.model IS NOT NULL THEN
                INSERT INTO billing.reservations
                    (organisation_id, turn_id, project_id, user_id, model, price_version, currency, amount_micros,
                     expires_at)
                VALUES (org, turn, project, person, wanted_model, p.version, p.currency, 0, now())
                ON CONFLICT DO NOTHING;
            END IF;
        END IF;
        SELECT * INTO held FROM billing.reservations r
            WHERE r.organisation_id = org AND r.turn_id = turn FOR UPDATE;
        IF NOT FOUND AND ending = 'release' THEN
            INSERT INTO billing.withdrawn_turns (organisation_id, turn_id) VALUES (org, turn) ON CONFLICT DO NOTHING;
        END IF;
    END IF;
    IF held.turn_id IS NULL THEN
        -- A release of what was never reserved has nothing to end.
        verdict := CASE ending WHEN 'release' THEN 'again' ELSE 'no_price' END; charged := 0; money := '';
        RETURN;
    END IF;
    money := held.currency;
    IF held.state NOT IN ('open', 'lapsed') THEN
        SELECT l.charged_micros INTO charged FROM billing.ledger l
            WHERE l.organisation_id = org AND l.turn_id = turn AND l.kind = ending;
        verdict := CASE WHEN FOUND THEN 'again' ELSE 'conflict' END;
        charged := coalesce(charged, 0);
        RETURN;
    END IF;
    charged := 0;
    IF ending = 'settle' THEN
        SELECT * INTO p FROM billing.prices x WHERE x.model = held.model AND x.version = held.price_version;
        charged := billing.charge(p, prompt, cached, completion);
    ELSE
        prompt := 0; cached := 0; completion := 0;
    END IF;
    INSERT INTO billing.ledger
        (organisation_id, month, turn_id, kind, project_id, user_id, model, price_version, currency, charged_micros,
         prompt_tokens, cached_tokens, completion_tokens, outcome, epoch)
    VALUES (org, date_trunc('month', held.created_at AT TIME ZONE 'UTC')::date, turn, ending, held.project_id,
            held.user_id, held.model, held.price_version, held.currency, charged, prompt, cached, completion, how,
            turn_epoch);
    UPDATE billing.reservations r SET state = CASE ending WHEN 'settle' THEN 'settled' ELSE 'released' END,
            ended_at = now()
        WHERE r.organisation_id = org AND r.turn_id = turn;
    verdict := 'done';
END $$;

-- As before, and forgets withdrawn turns: a Reserve travels for a tenth of a second, not for a day.
CREATE OR REPLACE FUNCTION billing.lapse_reservations(at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DELETE FROM billing.withdrawn_turns WHERE ctid IN (
        SELECT w.ctid FROM billing.withdrawn_turns w WHERE w.withdrawn_at < now() - interval '1 day' LIMIT at_most);
    WITH due AS (
        SELECT r.organisation_id, r.turn_id FROM billing.reservations r
        WHERE r.state = 'open' AND r.expires_at < now() ORDER BY r.expires_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), lapsed AS (
        UPDATE billing.reservations r SET state = 'lapsed' FROM due
        WHERE r.organisation_id = due.organisation_id AND r.turn_id = due.turn_id RETURNING 1
    )
    SELECT count(*) FROM lapsed
$$;
