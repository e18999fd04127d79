-- SPDX-License-Identifier: Apache-2.0
-- Conversations, their items, turns and the outbox of settlements.
--
-- Every table belongs to an organisation: the id stands first in every key, and row-level security is forced, so that
-- a statement without a tenant sees and writes nothing. The tenant is the setting `parley.org` of the transaction.

CREATE TABLE conversations.conversations (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid NOT NULL,
    -- The shard a conversation would live in when the table is cut: 0 to 255, a hash of the user.
    bucket smallint NOT NULL CHECK (bucket BETWEEN 0 AND 255),
    title text NOT NULL DEFAULT '' CHECK (octet_length(title) <= 1024),
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    -- Hidden from this moment; the row goes when retention and legal hold allow.
    deleted_at timestamptz,
    legal_hold boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organisation_id, id)
);

-- A person's conversations, newest first: ids are UUIDv7 and sort by age.
CREATE INDEX conversations_by_user ON conversations.conversations (organisation_id, user_id, id DESC)
WHERE deleted_at IS NULL;

-- One row a message. Partitioned by month when it grows: created_at is part of the key, and today's one partition is
-- the default one, from which a month can be split off while the service runs.
CREATE TABLE conversations.items (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- NULL for a stored turn outside any conversation.
    conversation_id uuid,
    user_id uuid NOT NULL,
    turn_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
    -- The speaker's own words, after redaction. What was found for a user's message stands in citations.
    content text NOT NULL,
    name text,
    tool_calls jsonb,
    tool_call_id text,
    -- The answer's tokens as little-endian 32-bit numbers, and whose vocabulary they are from; NULL when unknown.
    token_ids bytea,
    tokenizer text,
    citations jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(citations) = 'array'),
    model text,
    finish_reason text,
    deleted_at timestamptz,
    PRIMARY KEY (organisation_id, id, created_at)
) PARTITION BY RANGE (created_at);

CREATE TABLE conversations.items_default PARTITION OF conversations.items DEFAULT;

CREATE INDEX items_by_conversation ON conversations.items (organisation_id, conversation_id, id);
CREATE INDEX items_by_turn ON conversations.items (organisation_id, turn_id);

CREATE TABLE conversations.turns (
    organisation_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    project_id uuid NOT NULL,
    conversation_id uuid,
    is_stored boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('accepted', 'running', 'settled', 'released', 'expired')),
    -- The process that runs the turn, and how often the turn has changed hands: every write compares the epoch.
    owner uuid NOT NULL,
    epoch integer NOT NULL DEFAULT 1 CHECK (epoch > 0),
    lease_until timestamptz NOT NULL,
    model text NOT NULL,
    prompt_tokens integer NOT NULL DEFAULT 0 CHECK (prompt_tokens >= 0),
    cached_tokens integer NOT NULL DEFAULT 0 CHECK (cached_tokens BETWEEN 0 AND prompt_tokens),
    completion_tokens integer NOT NULL DEFAULT 0 CHECK (completion_tokens >= 0),
    -- The ledger's answer to the settlement; for telling a client that asks again. 0 until it is known.
    charged_micros bigint NOT NULL DEFAULT 0,
    outcome text CHECK (outcome IN ('completed', 'cancelled', 'failed', 'expired')),
    finish_reason text,
    -- The stored answer, when there is one.
    item_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    PRIMARY KEY (organisation_id, id),
    CHECK ((state IN ('accepted', 'running')) = (ended_at IS NULL))
);

-- What the sweeper and the lease renewal look for; holds running turns only and so stays small.
CREATE INDEX turns_running ON conversations.turns (lease_until) WHERE ended_at IS NULL;

-- A settlement that billing must hear of. Written in the transaction that ends the turn, relayed at least once;
-- billing's ledger is unique by turn and kind, so twice does no harm.
CREATE TABLE conversations.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id uuid NOT NULL,
    turn_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('settle', 'release')),
    -- The message for billing as it travels: ids, a model's name and token counts, no text of anybody.
    payload bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- Nobody else touches the row before this moment: the owner's own attempt comes first, then back-off.
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    UNIQUE (organisation_id, turn_id, kind)
);

CREATE INDEX outbox_due ON conversations.outbox (due_at) WHERE sent_at IS NULL;

ALTER TABLE conversations.conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.conversations FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations.items ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.items FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations.items_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.items_default FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations.turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.turns FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations.outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.outbox FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON conversations.conversations
USING (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid)
WITH CHECK (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid);

CREATE POLICY tenant ON conversations.items
USING (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid)
WITH CHECK (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid);

CREATE POLICY tenant ON conversations.items_default
USING (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid)
WITH CHECK (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid);

CREATE POLICY tenant ON conversations.turns
USING (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid)
WITH CHECK (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid);

CREATE POLICY tenant ON conversations.outbox
USING (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid)
WITH CHECK (organisation_id = NULLIF(current_setting('parley.org', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE ON conversations.conversations TO parley_orchestrator;
GRANT SELECT, INSERT ON conversations.items TO parley_orchestrator;
GRANT UPDATE (deleted_at) ON conversations.items TO parley_orchestrator;
GRANT SELECT, INSERT, UPDATE ON conversations.turns TO parley_orchestrator;
GRANT SELECT, INSERT ON conversations.outbox TO parley_orchestrator;
