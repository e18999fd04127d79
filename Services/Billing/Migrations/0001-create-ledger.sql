-- Prices, limits, reservations and the ledger.
--
-- The ledger is append-only: the service may insert and read, never change or delete. Money is bigint millionths.
-- Time windows are the database's clock in UTC.

CREATE TABLE billing.prices (
    model text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Millionths of the currency per million tokens.
    prompt_micros bigint NOT NULL CHECK (prompt_micros >= 0),
    cached_micros bigint NOT NULL CHECK (cached_micros >= 0),
    completion_micros bigint NOT NULL CHECK (completion_micros >= 0),
    effective_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (model, version)
);

-- NULL means no limit, here and in organisation_limits.
CREATE TABLE billing.plan_limits (
    plan text PRIMARY KEY CHECK (plan IN ('free', 'pro', 'enterprise')),
    requests_per_minute bigint CHECK (requests_per_minute > 0),
    requests_per_day bigint CHECK (requests_per_day > 0),
    tokens_per_day bigint CHECK (tokens_per_day > 0),
    tokens_per_month bigint CHECK (tokens_per_month > 0)
);

CREATE TABLE billing.organisation_limits (
    organisation_id uuid PRIMARY KEY,
    requests_per_minute bigint CHECK (requests_per_minute > 0),
    requests_per_day bigint CHECK (requests_per_day > 0),
    tokens_per_day bigint CHECK (tokens_per_day > 0),
    tokens_per_month bigint CHECK (tokens_per_month > 0),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- What an organisation may owe in a calendar month; no row means no cap.
CREATE TABLE billing.budgets (
    organisation_id uuid PRIMARY KEY,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    monthly_micros bigint NOT NULL CHECK (monthly_micros >= 0)
);

CREATE TABLE billing.reservations (
    organisation_id uuid NOT NULL,
    turn_id uuid NOT NULL,
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    model text NOT NULL,
    price_version integer NOT NULL,
    currency text NOT NULL,
    amount_micros bigint NOT NULL CHECK (amount_micros >= 0),
    -- 'lapsed' means nobody renewed or ended it in time: its money is free again, yet a late settlement still counts.
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'lapsed', 'settled', 'released')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (organisation_id, turn_id),
    FOREIGN KEY (model, price_version) REFERENCES billing.prices (model, version)
);
CREATE INDEX reservations_open ON billing.reservations (expires_at) WHERE state = 'open';

CREATE TABLE billing.ledger (
    organisation_id uuid NOT NULL,
    -- The first day of the month the turn was reserved in: a turn has one such month for ever, so that the table can
    -- be partitioned by it and (turn, kind) stays unique.
    month date NOT NULL,
    turn_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('settle', 'release')),
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    model text NOT NULL,
    price_version integer NOT NULL,
    currency text NOT NULL,
    charged_micros bigint NOT NULL CHECK (charged_micros >= 0),
    prompt_tokens bigint NOT NULL DEFAULT 0 CHECK (prompt_tokens >= 0),
    cached_tokens bigint NOT NULL DEFAULT 0 CHECK (cached_tokens BETWEEN 0 AND prompt_tokens),
    completion_tokens bigint NOT NULL DEFAULT 0 CHECK (completion_tokens >= 0),
    outcome text NOT NULL,
    epoch integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, month, turn_id, kind)
);
CREATE INDEX ledger_by_day ON billing.ledger (organisation_id, created_at);

DO $$
DECLARE tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['organisation_limits', 'budgets', 'reservations', 'ledger'] LOOP
        EXECUTE format('ALTER TABLE billing.%I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE billing.%I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON billing.%I TO parley_billing'
            ' USING (organisation_id = NULLIF(current_setting(''parley.org'', true), '''')::uuid)'
            ' WITH CHECK (organisation_id = NULLIF(current_setting(''parley.org'', true), '''')::uuid)', tenant_table);
        EXECUTE format('CREATE POLICY owner ON billing.%I TO parley_owner USING (true) WITH CHECK (true)', tenant_table);
    END LOOP;
END $$;

-- The price in force for a model now.
CREATE FUNCTION billing.current_price(wanted text) RETURNS billing.prices
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT p FROM billing.prices p WHERE p.model = wanted AND p.effective_at <= now()
    ORDER BY p.version DESC LIMIT 1
$$;

-- What a turn costs: rounded up to a whole millionth, so that nothing is free by being small.
CREATE FUNCTION billing.charge(p billing.prices, prompt bigint, cached bigint, completion bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT ((prompt - cached)::numeric * p.prompt_micros + cached::numeric * p.cached_micros
            + completion::numeric * p.completion_micros + 999999)::bigint / 1000000
$$;

-- Sets money aside. The same turn again gets the same reservation with a new lease, which is how an owner renews it.
-- `verdict` is 'ok', 'ended', 'no_price' or 'budget'. The budget row is locked, so that two turns cannot both take the
-- last of it.
CREATE FUNCTION billing.reserve(
    org uuid, turn uuid, project uuid, person uuid, wanted_model text, prompt bigint, completion bigint,
    lease interval, OUT verdict text, OUT amount bigint, OUT money text, OUT price integer
) LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    known billing.reservations;
    p billing.prices;
    cap bigint;
    committed bigint;
BEGIN
    SELECT * INTO known FROM billing.reservations r WHERE r.organisation_id = org AND r.turn_id = turn;
    IF FOUND THEN
        verdict := CASE WHEN known.state IN ('open', 'lapsed') THEN 'ok' ELSE 'ended' END;
        UPDATE billing.reservations r SET state = 'open', expires_at = now() + lease
            WHERE r.organisation_id = org AND r.turn_id = turn AND r.state IN ('open', 'lapsed');
        amount := known.amount_micros; money := known.currency; price := known.price_version;
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

-- Ends a reservation by a charge or without one, exactly once. A turn that was never reserved (billing was down when
-- it began) is settled all the same: it was used. `verdict` is 'done', 'again' (the same end was there already),
-- 'conflict' (the other end was there) or 'no_price'.
CREATE FUNCTION billing.finish(
    org uuid, turn uuid, project uuid, person uuid, wanted_model text, ending text, prompt bigint, cached bigint,
    completion bigint, how text, turn_epoch integer, OUT verdict text, OUT charged bigint, OUT money text
) LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    held billing.reservations;
    p billing.prices;
BEGIN
    INSERT INTO billing.reservations
        (organisation_id, turn_id, project_id, user_id, model, price_version, currency, amount_micros, expires_at)
    SELECT org, turn, project, person, wanted_model, c.version, c.currency, 0, now()
    FROM billing.current_price(wanted_model) c WHERE c.model IS NOT NULL AND ending = 'settle'
    ON CONFLICT DO NOTHING;
    SELECT * INTO held FROM billing.reservations r WHERE r.organisation_id = org AND r.turn_id = turn FOR UPDATE;
    IF NOT FOUND THEN
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
    SELECT * INTO p FROM billing.prices x WHERE x.model = held.model AND x.version = held.price_version;
    charged := CASE ending WHEN 'settle' THEN billing.charge(p, prompt, cached, completion) ELSE 0 END;
    INSERT INTO billing.ledger
        (organisation_id, month, turn_id, kind, project_id, user_id, model, price_version, currency, charged_micros,
         prompt_tokens, cached_tokens, completion_tokens, outcome, epoch)
    VALUES (org, date_trunc('month', held.created_at AT TIME ZONE 'UTC')::date, turn, ending, held.project_id,
            held.user_id, held.model, held.price_version, held.currency, charged,
            CASE ending WHEN 'settle' THEN prompt ELSE 0 END, CASE ending WHEN 'settle' THEN cached ELSE 0 END,
            CASE ending WHEN 'settle' THEN completion ELSE 0 END, how, turn_epoch);
    UPDATE billing.reservations SET state = CASE ending WHEN 'settle' THEN 'settled' ELSE 'released' END, ended_at = now()
        WHERE organisation_id = org AND turn_id = turn;
    verdict := 'done';
END $$;

-- Lets overdue reservations lapse, of all tenants at once: it needs no row's content and tells only how many.
CREATE FUNCTION billing.lapse_reservations(at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH due AS (
        SELECT r.organisation_id, r.turn_id FROM billing.reservations r
        WHERE r.state = 'open' AND r.expires_at < now() ORDER BY r.expires_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), lapsed AS (
        UPDATE billing.reservations r SET state = 'lapsed' FROM due
        WHERE r.organisation_id = due.organisation_id AND r.turn_id = due.turn_id RETURNING 1
    )
    SELECT count(*) FROM lapsed
$$;

-- For `billing-admin`, which looks across tenants: ids and amounts of open reservations.
CREATE FUNCTION billing.open_reservations(at_most integer)
RETURNS TABLE (
    organisation_id uuid, turn_id uuid, amount_micros bigint, currency text, created_at timestamptz,
    expires_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT r.organisation_id, r.turn_id, r.amount_micros, r.currency, r.created_at, r.expires_at
    FROM billing.reservations r WHERE r.state = 'open'
    ORDER BY r.expires_at LIMIT at_most
$$;

REVOKE ALL ON FUNCTION billing.open_reservations(integer), billing.lapse_reservations(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION billing.open_reservations(integer), billing.lapse_reservations(integer) TO parley_billing;
GRANT USAGE ON SCHEMA billing TO parley_billing;
GRANT SELECT ON billing.prices, billing.plan_limits TO parley_billing;
GRANT SELECT, INSERT ON billing.ledger TO parley_billing;
GRANT SELECT, INSERT ON billing.reservations TO parley_billing;
GRANT UPDATE (state, expires_at, ended_at) ON billing.reservations TO parley_billing;
GRANT SELECT, INSERT, UPDATE ON billing.organisation_limits TO parley_billing;
-- FOR UPDATE on the budget row needs a column grant; the service changes no amount.
GRANT SELECT, UPDATE (organisation_id) ON billing.budgets TO parley_billing;
