-- The plans' limits (design decision 12) and the first prices. All of it is data: change it by a later migration or,
-- for one organisation, with `billing-admin set-limits`.

INSERT INTO billing.plan_limits (plan, requests_per_minute, requests_per_day, tokens_per_day, tokens_per_month) VALUES
    ('free', 20, 10, 10000, 100000),
    ('pro', 100, NULL, 1000000, NULL),
    ('enterprise', 1000, NULL, NULL, NULL);

-- Spec 12.6's list price of a small model, per million tokens; cached prompt tokens cost a tenth.
INSERT INTO billing.prices (model, version, currency, prompt_micros, cached_micros, completion_micros) VALUES
    ('smollm2-135m', 1, 'USD', 1500000, 150000, 2000000),
    ('all-minilm-l6-v2', 1, 'USD', 100000, 100000, 0);
