-- Makes the roles and databases on an empty volume. The owner migrates; the application's role owns nothing, and row-level
-- security holds for both: neither is a superuser. psql stops here when a password is not set.
\getenv owner_password MALLFLOW_OWNER_PASSWORD
\getenv app_password MALLFLOW_APP_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

CREATE ROLE mallflow_owner LOGIN NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE mallflow_app LOGIN NOBYPASSRLS PASSWORD :'app_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';

CREATE DATABASE mallflow OWNER mallflow_owner;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

REVOKE CONNECT ON DATABASE mallflow, temporal, temporal_visibility FROM PUBLIC;
GRANT CONNECT ON DATABASE mallflow TO mallflow_app;
