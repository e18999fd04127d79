-- One policy per organisation, its blocked phrases, and what was refused or redacted.
--
-- An organisation without a row gets the defaults that `ModerationPolicy` states in code. No table here holds text
-- that a person wrote: verdicts name rules, never matches.

CREATE TABLE moderation.policies (
    organisation_id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    -- What an outage of moderation means for this organisation (design decision 14).
    risk_class text NOT NULL DEFAULT 'low' CHECK (risk_class IN ('low', 'high')),
    redacts_cards boolean NOT NULL DEFAULT true,
    redacts_emails boolean NOT NULL DEFAULT true,
    blocks_injection boolean NOT NULL DEFAULT true,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE moderation.blocked_phrases (
    organisation_id uuid NOT NULL,
    -- Lower-cased, single spaces.
    phrase text NOT NULL CHECK (phrase <> '' AND octet_length(phrase) <= 200),
    redacts boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, phrase)
);

CREATE TABLE moderation.verdicts (
    organisation_id uuid NOT NULL,
    verdict_id uuid NOT NULL,
    direction text NOT NULL CHECK (direction IN ('input', 'output', 'document')),
    action text NOT NULL CHECK (action IN ('redact', 'block')),
    reasons text[] NOT NULL,
    policy_version integer NOT NULL,
    trace_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, verdict_id)
);

DO $$
DECLARE tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['policies', 'blocked_phrases', 'verdicts'] LOOP
        EXECUTE format('ALTER TABLE moderation.%I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE moderation.%I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON moderation.%I TO parley_moderation'
            ' USING (organisation_id = NULLIF(current_setting(''parley.org'', true), '''')::uuid)'
            ' WITH CHECK (organisation_id = NULLIF(current_setting(''parley.org'', true), '''')::uuid)', tenant_table);
        EXECUTE format(
            'CREATE POLICY owner ON moderation.%I TO parley_owner USING (true) WITH CHECK (true)', tenant_table);
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA moderation TO parley_moderation;
GRANT SELECT, INSERT, UPDATE ON moderation.policies, moderation.blocked_phrases TO parley_moderation;
GRANT INSERT ON moderation.verdicts TO parley_moderation;
