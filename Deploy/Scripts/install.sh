#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that Parley builds and runs with; `--tests` adds what only its tests need.
# This is the one script in sh: on a fresh machine there may be no Python yet. A repeat takes a fraction of a second.
set -eu

packages="python3 python3-venv pkg-config cmake ninja-build g++ curl openssl procps
 libssl-dev libpq-dev libhiredis-dev libcrypt-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler
 postgresql-15 redis-server supervisor"
[ "${1:-}" = "--tests" ] && packages="$packages chromium fonts-dejavu-core prometheus"

missing=
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
    echo "Some Debian packages are missing. Run this once, then repeat:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi

# Parley starts its own Postgres, Redis and supervisor; the packages' own must not start, nor make a first cluster.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
fi
if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 1' INT TERM
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
fi

log=${TMPDIR:-/tmp}/parley-install.$$.log
echo "installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the list is meant to be split
if ! { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "FAILED: apt-get did not install them; the whole log is $log" >&2
    exit 1
fi
rm -f "$log"
