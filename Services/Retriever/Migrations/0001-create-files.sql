-- Files, their passages and the passages' vectors. The bytes of a file lie in the object store.
--
-- Every replica keeps a copy of an organisation's vectors in memory and catches up by version: a file that becomes
-- searchable or goes away takes the organisation's next number, and a copy at number n asks for what came after n.

CREATE TABLE retriever.indexes (
    organisation_id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 0
);

CREATE TABLE retriever.files (
    organisation_id uuid NOT NULL,
    file_id uuid NOT NULL,
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    -- Ingestion goes on behind the request and needs to know for whom it calls.
    plan text NOT NULL,
    filename text NOT NULL CHECK (octet_length(filename) <= 512),
    media_type text NOT NULL,
    purpose text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    state text NOT NULL DEFAULT 'stored' CHECK (state IN ('stored', 'chunked', 'searchable', 'failed')),
    passages integer NOT NULL DEFAULT 0,
    failure_reason text,
    attempts integer NOT NULL DEFAULT 0,
    -- Until then one replica is at work on it.
    claimed_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    deleted_version bigint,
    PRIMARY KEY (organisation_id, file_id)
);
CREATE INDEX files_due ON retriever.files (created_at) WHERE state IN ('stored', 'chunked') AND deleted_at IS NULL;
CREATE INDEX files_gone ON retriever.files (organisation_id, deleted_version) WHERE deleted_version IS NOT NULL;

CREATE TABLE retriever.passages (
    organisation_id uuid NOT NULL,
    passage_id uuid NOT NULL,
    file_id uuid NOT NULL,
    ordinal integer NOT NULL,
    start_byte bigint NOT NULL,
    end_byte bigint NOT NULL CHECK (end_byte > start_byte),
    text text NOT NULL,
    -- Little-endian 32-bit floats; NULL until embedded.
    embedding bytea,
    embedding_model text,
    version bigint,
    words tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED,
    PRIMARY KEY (organisation_id, passage_id),
    UNIQUE (organisation_id, file_id, ordinal),
    FOREIGN KEY (organisation_id, file_id) REFERENCES retriever.files
);
CREATE INDEX passages_words ON retriever.passages USING gin (words);
CREATE INDEX passages_version ON retriever.passages (organisation_id, version) WHERE version IS NOT NULL;

DO $$
DECLARE tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['indexes', 'files', 'passages'] LOOP
        EXECUTE format('ALTER TABLE retriever.%I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE retriever.%I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON retriever.%I TO parley_retriever'
            ' USING (organisation_id = NULLIF(current_setting(''parley.org'', true), '''')::uuid)'
            ' WITH CHECK (organisation_id = NULLIF(current_setting(''parley.org'', true), '''')::uuid)', tenant_table);
        EXECUTE format('CREATE POLICY owner ON retriever.%I TO parley_owner USING (true) WITH CHECK (true)', tenant_table);
    END LOOP;
END $$;

-- Gives one waiting file of any tenant to the caller for a while. Ingestion has to look across tenants to find work;
-- it learns ids, and reads the file itself as that tenant.
CREATE FUNCTION retriever.claim_file(lease interval)
RETURNS TABLE (
    organisation_id uuid, file_id uuid, project_id uuid, user_id uuid, plan text, attempts integer
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH due AS (
        SELECT f.organisation_id, f.file_id FROM retriever.files f
        WHERE f.state IN ('stored', 'chunked') AND f.deleted_at IS NULL
          AND (f.claimed_until IS NULL OR f.claimed_until < now())
        ORDER BY f.created_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE retriever.files f SET claimed_until = now() + lease, attempts = f.attempts + 1
    FROM due WHERE f.organisation_id = due.organisation_id AND f.file_id = due.file_id
    RETURNING f.organisation_id, f.file_id, f.project_id, f.user_id, f.plan, f.attempts
$$;

-- For `retriever-admin`: how many files stand in which state, over all tenants.
CREATE FUNCTION retriever.count_states()
RETURNS TABLE (state text, files bigint, passages bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT f.state, count(*), coalesce(sum(f.passages), 0)::bigint FROM retriever.files f
    WHERE f.deleted_at IS NULL GROUP BY f.state
$$;

REVOKE ALL ON FUNCTION retriever.claim_file(interval), retriever.count_states() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retriever.claim_file(interval), retriever.count_states() TO parley_retriever;
GRANT USAGE ON SCHEMA retriever TO parley_retriever;
GRANT SELECT, INSERT, UPDATE ON retriever.indexes, retriever.files TO parley_retriever;
GRANT SELECT, INSERT, UPDATE, DELETE ON retriever.passages TO parley_retriever;
