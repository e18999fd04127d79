-- SPDX-License-Identifier: Apache-2.0
-- The database, its roles and their schemas; run by a superuser with psql, as often as one likes.
--
-- parley_owner owns everything and is used by migrations only. Each service has a role that owns nothing, sees its own
-- schema and cannot bypass row-level security; what it may do with a table stands in the migration that makes the table.
-- Passwords come from the environment, so that they never stand on a command line.

\getenv owner_password PARLEY_OWNER_PASSWORD
\getenv auth_password PARLEY_AUTH_PASSWORD
\getenv billing_password PARLEY_BILLING_PASSWORD
\getenv moderation_password PARLEY_MODERATION_PASSWORD
\getenv retriever_password PARLEY_RETRIEVER_PASSWORD
\getenv orchestrator_password PARLEY_ORCHESTRATOR_PASSWORD

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', wanted)
FROM unnest(ARRAY[
    'parley_owner', 'parley_auth', 'parley_billing', 'parley_moderation', 'parley_retriever', 'parley_orchestrator'
]) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)
\gexec

ALTER ROLE parley_owner PASSWORD :'owner_password';
ALTER ROLE parley_auth PASSWORD :'auth_password';
ALTER ROLE parley_billing PASSWORD :'billing_password';
ALTER ROLE parley_moderation PASSWORD :'moderation_password';
ALTER ROLE parley_retriever PASSWORD :'retriever_password';
ALTER ROLE parley_orchestrator PASSWORD :'orchestrator_password';

SELECT 'CREATE DATABASE parley OWNER parley_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'parley')
\gexec

REVOKE ALL ON DATABASE parley FROM PUBLIC;
GRANT CONNECT ON DATABASE parley
TO parley_auth, parley_billing, parley_moderation, parley_retriever, parley_orchestrator;

\connect parley

REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS auth AUTHORIZATION parley_owner;
CREATE SCHEMA IF NOT EXISTS billing AUTHORIZATION parley_owner;
CREATE SCHEMA IF NOT EXISTS moderation AUTHORIZATION parley_owner;
CREATE SCHEMA IF NOT EXISTS retriever AUTHORIZATION parley_owner;
CREATE SCHEMA IF NOT EXISTS conversations AUTHORIZATION parley_owner;

GRANT USAGE ON SCHEMA auth TO parley_auth;
GRANT USAGE ON SCHEMA billing TO parley_billing;
GRANT USAGE ON SCHEMA moderation TO parley_moderation;
GRANT USAGE ON SCHEMA retriever TO parley_retriever;
GRANT USAGE ON SCHEMA conversations TO parley_orchestrator;
