-- SPDX-License-Identifier: Apache-2.0
-- The same functions, planned once for each session instead of once for each call.
--
-- A function in SQL that sets its search_path is neither inlined nor are its plans kept: parsing and planning prices
-- took a fifth of all time Postgres spent on a chat. PL/pgSQL keeps plans. The two helpers set no search_path of their
-- own: their callers have set it already, and setting it again costs as much as the work.

CREATE OR REPLACE FUNCTION billing.current_price(wanted text) RETURNS billing.prices
LANGUAGE plpgsql STABLE AS $$
DECLARE
    price billing.prices;
BEGIN
    SELECT p.* INTO price FROM billing.prices p
        WHERE p.model OPERATOR(pg_catalog.=) wanted AND p.effective_at OPERATOR(pg_catalog.<=) pg_catalog.now()
        ORDER BY p.version DESC LIMIT 1;
    RETURN price;
END $$;
ALTER FUNCTION billing.current_price(text) RESET ALL;

CREATE OR REPLACE FUNCTION billing.charge(p billing.prices, prompt bigint, cached bigint, completion bigint)
RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN ((prompt - cached)::numeric * p.prompt_micros + cached::numeric * p.cached_micros
            + completion::numeric * p.completion_micros + 999999)::bigint / 1000000;
END $$;
ALTER FUNCTION billing.charge(billing.prices, bigint, bigint, bigint) RESET ALL;

-- As before, but looks for the reservation first: nearly every turn has one, and an insert that conflicts costs more
-- than a look that finds.
CREATE OR REPLACE FUNCTION billing.finish(
    org uuid, turn uuid, project uuid, person uuid, wanted_model text, ending text, prompt bigint, cached bigint,
    completion bigint, how text, turn_epoch integer, OUT verdict text, OUT charged bigint, OUT money text
) LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    held billing.reservations;
    p billing.prices;
BEGIN
    SELECT * INTO held FROM billing.reservations r WHERE r.organisation_id = org AND r.turn_id = turn FOR UPDATE;
    IF NOT FOUND AND ending = 'settle' THEN
        -- Never reserved, because billing was away when the turn began: it was used all the same. Whoever inserts at the
        -- same moment is waited for by ON CONFLICT, and found by the second look.
        p := billing.current_price(wanted_model);
        IF p.model IS NOT NULL THEN
            INSERT INTO billing.reservations
                (organisation_id, turn_id, project_id, user_id, model, price_version, currency, amount_micros,
                 expires_at)
            VALUES (org, turn, project, person, wanted_model, p.version, p.currency, 0, now())
            ON CONFLICT DO NOTHING;
            SELECT * INTO held FROM billing.reservations r
                WHERE r.organisation_id = org AND r.turn_id = turn FOR UPDATE;
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
