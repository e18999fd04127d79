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
