#!/bin/sh
# Brings Temporal's two databases to the schema of this admin-tools image. Says nothing new of a database that has it.
set -eu

SCHEMAS=/etc/temporal/schema/postgresql/v12

bring_up_to_date() {
  temporal-sql-tool --db "$1" setup-schema -v 0.0
  temporal-sql-tool --db "$1" update-schema -d "$SCHEMAS/$2/versioned"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
