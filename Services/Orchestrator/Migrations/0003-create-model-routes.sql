-- SPDX-License-Identifier: Apache-2.0
-- Names that stand for several models: which of them answers whom. They belong to the deployment and to no tenant.
--
-- A route is kept as the message that sets it (RouteRow in Proto/orchestrator/v1/admin.proto): it is read and written
-- whole, and never searched.

CREATE TABLE conversations.model_routes (
    name text PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 128),
    definition bytea NOT NULL CHECK (octet_length(definition) <= 65536),
    updated_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE, DELETE ON conversations.model_routes TO parley_orchestrator;
