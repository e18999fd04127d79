# SPDX-License-Identifier: Apache-2.0
"""The contracts under Proto as Python's protobuf reads them: encodings that owe nothing to our own code."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

import calls
from generate import PROTO, descriptor_set


@dataclass(frozen=True)
class Method:
    """One rpc: its number, and the classes of its messages."""

    id: int
    request: type[Message]
    reply: type[Message]


@functools.cache
def method(full_name: str) -> Method:
    """By the name that logs and traces use: `auth.VerifyKey`."""
    folder, _, name = full_name.partition(".")
    number = next(call.id for call in calls.everything() if call.full_name == full_name)
    for file in _descriptors().file:
        if file.package == f"parley.{folder}.v1":
            for service in file.service:
                for rpc in service.method:
                    if rpc.name == name:
                        return Method(number, _class(rpc.input_type[1:]), _class(rpc.output_type[1:]))
    raise KeyError(full_name)


def encoded(full_name: str, **fields: Any) -> bytes:
    """A request of this rpc. A nested message is given as a dictionary, as protobuf allows."""
    message: bytes = method(full_name).request(**fields).SerializeToString()
    return message


def decoded(full_name: str, reply: bytes) -> Any:
    return method(full_name).reply.FromString(reply)


def _class(full_name: str) -> type[Message]:
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(full_name))


@functools.cache
def _descriptors() -> descriptor_pb2.FileDescriptorSet:
    return descriptor_pb2.FileDescriptorSet.FromString(descriptor_set(PROTO))


@functools.cache
def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for file in _descriptors().file:
        pool.Add(file)
    return pool
