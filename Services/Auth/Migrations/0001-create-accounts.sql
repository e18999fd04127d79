-- Organisations, the people in them, and their API keys.
--
-- Every tenant table begins with organisation_id and shows a service only the rows of the tenant set for the statement
-- (`parley.org`). Two questions have to be asked before the tenant is known: whose key is this, and whose e-mail
-- address is this. Each is one SECURITY DEFINER function with one exact-match argument, so that the service cannot
-- list another tenant's rows even if it is broken into.

CREATE TABLE auth.organisations (
    organisation_id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    plan text NOT NULL CHECK (plan IN ('free', 'pro', 'enterprise')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);

CREATE TABLE auth.projects (
    organisation_id uuid NOT NULL REFERENCES auth.organisations,
    project_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (organisation_id, project_id),
    UNIQUE (organisation_id, name)
);

CREATE TABLE auth.users (
    organisation_id uuid NOT NULL REFERENCES auth.organisations,
    user_id uuid NOT NULL,
    -- Lower-cased by the service. One address is one account in the whole deployment: a login names no organisation.
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    -- bcrypt, cost 12 (spec 09.2); NULL while the person cannot sign in with a password.
    password_hash text,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (organisation_id, user_id)
);

CREATE TABLE auth.members (
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'guest')),
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, user_id),
    FOREIGN KEY (organisation_id, user_id) REFERENCES auth.users
);

CREATE TABLE auth.api_keys (
    organisation_id uuid NOT NULL,
    key_id uuid NOT NULL,
    project_id uuid NOT NULL,
    user_id uuid NOT NULL,
    -- SHA-256 of the key's text; the text itself is nowhere (spec 09.35).
    key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    prefix text NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (organisation_id, key_id),
    FOREIGN KEY (organisation_id, project_id) REFERENCES auth.projects,
    FOREIGN KEY (organisation_id, user_id) REFERENCES auth.users
);

DO $$
DECLARE tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['organisations', 'projects', 'users', 'members', 'api_keys'] LOOP
        EXECUTE format('ALTER TABLE auth.%I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE auth.%I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON auth.%I TO parley_auth'
            ' USING (organisation_id = NULLIF(current_setting(''parley.org'', true), '''')::uuid)'
            ' WITH CHECK (organisation_id = NULLIF(current_setting(''parley.org'', true), '''')::uuid)', tenant_table);
        -- The owner runs migrations and the functions below, and FORCE binds it too.
        EXECUTE format('CREATE POLICY owner ON auth.%I TO parley_owner USING (true) WITH CHECK (true)', tenant_table);
    END LOOP;
END $$;

CREATE FUNCTION auth.find_key(wanted bytea)
RETURNS TABLE (
    organisation_id uuid, project_id uuid, user_id uuid, key_id uuid, plan text, scopes text[],
    expires_at timestamptz, revoked_at timestamptz, is_suspended boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.organisation_id, k.project_id, k.user_id, k.key_id, o.plan, k.scopes, k.expires_at, k.revoked_at,
           o.status <> 'active' OR u.status <> 'active' OR o.deleted_at IS NOT NULL OR u.deleted_at IS NOT NULL
    FROM auth.api_keys k
    JOIN auth.organisations o USING (organisation_id)
    JOIN auth.users u USING (organisation_id, user_id)
    WHERE k.key_hash = wanted
$$;

CREATE FUNCTION auth.find_account(wanted_email text)
RETURNS TABLE (
    organisation_id uuid, project_id uuid, user_id uuid, plan text, role text, password_hash text,
    is_suspended boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT u.organisation_id,
           (SELECT p.project_id FROM auth.projects p
            WHERE p.organisation_id = u.organisation_id AND p.deleted_at IS NULL
            ORDER BY p.created_at, p.project_id LIMIT 1),
           u.user_id, o.plan, m.role, u.password_hash,
           o.status <> 'active' OR u.status <> 'active' OR o.deleted_at IS NOT NULL OR u.deleted_at IS NOT NULL
    FROM auth.users u
    JOIN auth.organisations o USING (organisation_id)
    JOIN auth.members m USING (organisation_id, user_id)
    WHERE u.email = wanted_email
$$;

-- For `auth-admin`: names, plans and ids, nothing of what is inside.
CREATE FUNCTION auth.list_organisations()
RETURNS TABLE (organisation_id uuid, name text, plan text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT o.organisation_id, o.name, o.plan, o.created_at
    FROM auth.organisations o WHERE o.deleted_at IS NULL ORDER BY o.name
$$;

REVOKE ALL ON FUNCTION auth.find_key(bytea), auth.find_account(text), auth.list_organisations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.find_key(bytea), auth.find_account(text), auth.list_organisations() TO parley_auth;
GRANT USAGE ON SCHEMA auth TO parley_auth;
GRANT SELECT, INSERT ON auth.organisations, auth.projects, auth.users, auth.members, auth.api_keys TO parley_auth;
GRANT UPDATE (revoked_at) ON auth.api_keys TO parley_auth;
