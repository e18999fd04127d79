# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest

from parley import configuration, postgres, redis, table, up
from parley.failure import Failure
from parley.layout import REPOSITORY, Layout
from parley.state import State


def test_four_replicas_share_no_port() -> None:
    ports = [port for instance in table.instances(4, 0) for port in instance.all_ports]
    assert len(ports) == len(set(ports))


def test_the_ports_are_those_that_the_documents_promise() -> None:
    found = {instance.name: instance for instance in table.instances(2, 0)}
    assert found["gateway-1"].ports == {"https": 8443, "http": 8080}
    assert found["gateway-2"].ports["https"] == 8453
    assert found["gateway-1"].health_port == 8493
    assert found["auth-2"].port == 7111
    assert found["model-worker-2"].port == 7602


def test_there_are_always_two_workers() -> None:
    names = [instance.name for instance in table.instances(1, 0)]
    assert "model-worker-2" in names
    assert "auth-2" not in names


def test_peers_are_the_addresses_of_all_replicas() -> None:
    state = State(replicas=2, port_offset=1_000)
    assert configuration.addresses(state, "billing") == "127.0.0.1:8201,127.0.0.1:8211"


def test_every_peer_and_every_role_is_known() -> None:
    names = {service.name for service in table.services()}
    assert all(set(service.peers) <= names for service in table.services())
    roles = (REPOSITORY / "Deploy" / "Postgres" / "roles.sql").read_text(encoding="utf-8")
    assert all(re.search(rf"\b{role}\b", roles) for role in postgres.roles())


def test_every_user_of_redis_has_a_rule_and_nobody_else(tmp_path) -> None:
    layout = Layout(run=tmp_path)
    layout.prepare()
    found = {line.split()[1] for line in redis.users(layout).splitlines()}
    assert found == {"default", "operator"} | {service.name for service in table.services() if service.redis}


@pytest.mark.parametrize("choices", [
    up.Choices(engine="upstream"), up.Choices(engine="guess"), up.Choices(replicas=0), up.Choices(replicas=5),
])
def test_what_cannot_be_started_is_refused_with_advice(choices: up.Choices) -> None:
    with pytest.raises(Failure) as caught:
        up.check(choices)
    assert caught.value.advice


def test_settings_of_this_machine_win_over_those_of_the_repository() -> None:
    merged = configuration._merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 4}})
    assert merged == {"a": {"b": 4, "c": 2}, "d": 3}
