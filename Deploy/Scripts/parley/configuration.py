# SPDX-License-Identifier: Apache-2.0
"""Settings files of one copy: what the repository says about a service, and what only this machine can know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from parley import certificates, models, passwords, postgres, table
from parley.layout import Layout, write_if_changed
from parley.state import State
from parley.table import Instance, Service

Settings = dict[str, Any]
LOOPBACK = "127.0.0.1"


def write_all(layout: Layout, state: State) -> None:
    """Writes one file for each process and one for each admin tool."""
    for instance in state.instances():
        _write(path(layout, instance.name), for_instance(layout, state, instance))
    for service in table.services():
        _write(path(layout, f"{service.name}-admin"), for_admin(layout, state, service))
        if service.schema:
            _write(path(layout, f"{service.name}-migrate"), for_migration(layout, state))


def path(layout: Layout, name: str) -> Path:
    return layout.config / f"{name}.json"


def for_instance(layout: Layout, state: State, instance: Instance) -> Settings:
    """The repository's settings of the service, with addresses, files and passwords of this copy laid over them."""
    service = instance.service
    settings: Settings = {
        "instance": instance.name,
        "listen": {"host": LOOPBACK, "port": instance.port},
        "health": {"host": LOOPBACK, "port": instance.health_port},
        "tls": _identity(layout, service.name),
        "trace": {"file": str(layout.traces / f"{instance.name}.jsonl")},
    }
    if service.peers:
        settings["peers"] = {peer: addresses(state, peer) for peer in service.peers}
    if service.schema:
        settings["postgres"] = _postgres(layout, state, postgres.role(service.name))
    if service.redis:
        settings["redis"] = _redis(layout, state, service.name)
    chosen = _file(layout, service.name)
    known = _merged(_merged(chosen, _of_this_machine(layout, state, instance)), settings)
    return _merged(known, state.settings.get(service.name, {}))


def for_admin(layout: Layout, state: State, service: Service) -> Settings:
    """Where an admin tool finds its service, and who it is."""
    address = addresses(state, service.name).partition(",")[0]
    return {"address": address, "tls": _identity(layout, f"{service.name}-admin")}


def for_migration(layout: Layout, state: State) -> Settings:
    """The owner's access, for `migrate` and `bootstrap` only: no running service ever holds it."""
    return {"postgres": _postgres(layout, state, postgres.OWNER)}


def addresses(state: State, name: str) -> str:
    """`host:port` of every instance of a service, as the setting `peers.<service>` wants them."""
    service = next(service for service in table.services() if service.name == name)
    found = state.instances(service)
    return ",".join(f"{LOOPBACK}:{instance.port}" for instance in found)


def _of_this_machine(layout: Layout, state: State, instance: Instance) -> Settings:
    """What single services need to know beyond the keys that all of them have."""
    match instance.service.name:
        case "auth":
            return {"auth": {"signing_keys_folder": str(layout.signing_keys)}}
        case "gateway":
            return {"http": {
                "host": LOOPBACK, "port": instance.ports["https"], "plain_port": instance.ports["http"],
                "certificate": str(layout.certificates / f"{certificates.EDGE}.crt"),
                "key": str(layout.certificates / f"{certificates.EDGE}.key"),
            }}
        case "model-worker":
            return _engine(layout, state, instance)
        case "retriever":
            return {"retriever": {"object_folder": str(layout.objects)}}
        case _:
            return {}


def _engine(layout: Layout, state: State, instance: Instance) -> Settings:
    if state.engine == "simulated":
        return {"engine": {"kind": "simulated"}}
    engine = {
        "kind": state.engine, "chat_model_name": models.CHAT_MODEL,
        "embedding_model_name": models.EMBED_MODEL, "embedding_model_file": str(layout.models / models.EMBED_FILE),
    }
    if state.engine == "llama":
        return {"engine": {**engine, "chat_model_file": str(layout.models / models.CHAT_FILE)}}
    upstream = {"url": state.upstreams[(instance.number - 1) % len(state.upstreams)]}
    if state.upstream_key_file:
        upstream["api_key_file"] = state.upstream_key_file
    return {"engine": engine, "upstream": upstream}


def _identity(layout: Layout, name: str) -> Settings:
    folder = layout.certificates
    return {
        "certificate": str(folder / f"{name}.crt"), "key": str(folder / f"{name}.key"),
        "authority": str(folder / "ca.crt"),
    }


def _postgres(layout: Layout, state: State, user: str) -> Settings:
    return {
        "host": LOOPBACK, "port": state.postgres_port, "database": postgres.DATABASE, "user": user,
        "password_file": str(passwords.file(layout, "postgres", user)),
    }


def _redis(layout: Layout, state: State, user: str) -> Settings:
    return {
        "host": LOOPBACK, "port": state.redis_port, "user": user,
        "password_file": str(passwords.file(layout, "redis", user)),
    }


def _file(layout: Layout, name: str) -> Settings:
    found = layout.deploy / "Configuration" / "current" / f"{name}.json"
    return json.loads(found.read_text(encoding="utf-8")) if found.exists() else {}


def _merged(under: Settings, over: Settings) -> Settings:
    result = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def _write(file: Path, settings: Settings) -> None:
    write_if_changed(file, json.dumps(settings, indent=2, sort_keys=True) + "\n")
