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
    up.Choices(upstreams=("http://a:1",)), up.Choices(engine="upstream", upstreams=("http://a:1",) * 9),
    up.Choices(engine="upstream", upstreams=("a:1",)), up.Choices(engine="upstream", upstreams=("http://k:s@a",)),
])
def test_what_cannot_be_started_is_refused_with_advice(choices: up.Choices) -> None:
    with pytest.raises(Failure) as caught:
        up.check(choices)
    assert caught.value.advice


def test_each_server_has_a_worker_and_a_lone_one_has_two(tmp_path) -> None:
    layout = Layout(run=tmp_path)
    for urls, expected in [(["http://a", "http://b", "http://c"], ["a", "b", "c"]), (["http://a"], ["a", "a"])]:
        state = State(engine="upstream", upstreams=urls, upstream_key_file="/key")
        workers = [one for one in state.instances() if one.service.name == "model-worker"]
        settings = [configuration.for_instance(layout, state, one) for one in workers]
        assert [one["upstream"]["url"] for one in settings] == [f"http://{name}" for name in expected]
        assert all(one["engine"]["kind"] == "upstream" for one in settings)
        assert all(one["upstream"]["api_key_file"] == "/key" for one in settings)
        assert configuration.addresses(state, "model-worker").count(":") == len(expected)


def test_settings_of_this_machine_win_over_those_of_the_repository() -> None:
    merged = configuration._merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 4}})
    assert merged == {"a": {"b": 4, "c": 2}, "d": 3}
