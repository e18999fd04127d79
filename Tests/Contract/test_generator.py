# SPDX-License-Identifier: Apache-2.0
"""The generator refuses what the house does not allow, and says where it stands."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Proto/Generator"))

import names  # noqa: E402
import released  # noqa: E402
from contract import ContractError, OneOf  # noqa: E402
from generate import read_contract  # noqa: E402

HEAD = 'syntax = "proto2";\npackage parley.auth.v1;\n'
COMMENT = ["id: 0x0101", "callers: gateway", "idempotent: yes", "deadline: 100 ms", "failures: unavailable"]


def write(folder: Path, text: str, path: str = "auth/v1/auth.proto", retired: str = "") -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")
    (folder / "retired-ids.txt").write_text("# none yet\n" + retired, encoding="utf-8")


def read(folder: Path, text: str, **options: str):
    write(folder, text, **options)
    return read_contract(folder, {"Failure", "Plan"})[0]


def refusal(folder: Path, text: str, **options: str) -> str:
    with pytest.raises(ContractError) as caught:
        read(folder, text, **options)
    return str(caught.value)


def service(*calls: str) -> str:
    return HEAD + "message Q {}\nmessage A {}\nservice Auth {\n" + "\n".join(calls) + "\n}\n"


def call(*lines: str, name: str = "Verify", signature: str = "(Q) returns (A)") -> str:
    return "\n".join(f"  // {line}" for line in lines) + f"\n  rpc {name}{signature};"


def comment_with(**changes: str | None) -> list[str]:
    """The usual comment with lines replaced, or left out for None."""
    values = dict(line.split(": ", 1) for line in COMMENT) | changes
    return [f"{key}: {value}" for key, value in values.items() if value is not None]


def test_a_call_is_read_whole(tmp_path: Path) -> None:
    text = service(call("Says who it is.", "", *comment_with(callers="gateway, auth-admin", deadline="2 s")))
    (file,) = read(tmp_path, text)
    (found,) = file.services[0].calls
    assert found.full_name == "auth.Verify"
    assert (found.id, found.deadline_ms, found.is_idempotent) == (0x0101, 2000, True)
    assert found.callers == ["gateway", "auth-admin"]
    assert found.doc == ["Says who it is."]


def test_only_unary_calls_are_hedged(tmp_path: Path) -> None:
    (file,) = read(tmp_path, service(call(*comment_with(hedge_after="30 ms"))))
    assert file.services[0].calls[0].hedge_after_ms == 30
    stream = call(*comment_with(hedge_after="30 ms"), signature="(Q) returns (stream A)")
    assert "only idempotent unary" in refusal(tmp_path, service(stream))


@pytest.mark.parametrize("key", ["id", "callers", "idempotent", "deadline", "failures"])
def test_a_missing_line_is_named(tmp_path: Path, key: str) -> None:
    message = refusal(tmp_path, service(call(*comment_with(**{key: None}))))
    assert message.startswith("Proto/auth/v1/auth.proto:")
    assert f"`{key}: …`" in message


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"id": "0x101"}, "four hex digits"),
        ({"id": "0x0000"}, "not 0x0000"),
        ({"callers": "gateway, gatekeeper"}, "gatekeeper"),
        ({"callers": "gateway, gateway"}, "twice"),
        ({"idempotent": "maybe"}, "yes or no"),
        ({"deadline": "1 hour"}, "deadline"),
        ({"tokens": "yes"}, "unary"),
        ({"idempotant": "yes"}, "idempotant"),
        ({"hedge_after": "soon"}, "must be like `30 ms`"),
        ({"hedge_after": "100 ms"}, "no time left"),
        ({"hedge_after": "30 ms", "idempotent": "no"}, "only idempotent unary"),
        ({"hedge_after": "30 ms", "deadline": "caller"}, "no time left"),
    ],
)
def test_a_wrong_line_is_refused(tmp_path: Path, changes: dict[str, str], word: str) -> None:
    assert word in refusal(tmp_path, service(call(*comment_with(**changes))))


def test_the_line_number_is_the_calls(tmp_path: Path) -> None:
    assert refusal(tmp_path, service(call(*comment_with(id=None)))).startswith("Proto/auth/v1/auth.proto:10: ")


def test_an_id_belongs_to_one_call(tmp_path: Path) -> None:
    twice = service(call(*COMMENT), call(*COMMENT, name="Other"))
    assert "already belongs to auth.Verify" in refusal(tmp_path, twice)


def test_a_retired_id_stays_retired(tmp_path: Path) -> None:
    message = refusal(tmp_path, service(call(*COMMENT)), retired="0x0101 auth.Check replaced by Verify\n")
    assert "auth.Check replaced by Verify" in message


def test_an_id_lies_in_its_services_block(tmp_path: Path) -> None:
    write(tmp_path, service(call(*COMMENT)))
    other = service(call(*comment_with(id="0x0102"), name="Other"))
    other = other.replace("auth", "billing").replace("Auth", "Billing").replace("message Q", "message Q2")
    other = other.replace("message A", "message A2").replace("(Q)", "(Q2)")
    message = refusal(tmp_path, other.replace("(A)", "(A2)"), path="billing/v1/billing.proto")
    assert "belong to auth" in message


def test_requests_alone_are_not_streamed(tmp_path: Path) -> None:
    text = service(call(*COMMENT, signature="(stream Q) returns (A)"))
    assert "stream of one" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("message M { map<string, string> labels = 1; }", "map"),
        ("message M { optional group G = 1 { optional string a = 1; } }", "group"),
        ("message M { required string a = 1; }", "required"),
        ('message M { optional string a = 1 [default = "x"]; }', "default"),
        ("message M { repeated uint32 ids = 1; }", "packed"),
        ("message M { optional bytes widget_id = 1; }", "no kind of id"),
        ("message M { optional string camelCase = 1; }", "lower case"),
        ("message M { message Inner {} }", "declares types inside"),
        ("message M { optional M next = 1; }", "recursive"),
        ("message M { optional N n = 1; }\nmessage N { repeated M m = 1; }", "recursive"),
        ("message Plan {}", "type of Swift or of Shared"),
        ("message M { optional string a_b = 1; optional string a__b = 2; }", "lower case"),
        ("enum Tone { TONE_WARM = 1; }", "must be 0"),
        ("enum Tone { TONE_WARM = 1; TONE_UNSPECIFIED = 0; }", "must be 0"),
        ("enum Tone { WARM = 0; }", "begin with TONE_"),
        ("enum Tone { TONE_NONE = 0; }", "Optional"),
        ("message M {\n  // Absent means none.\n  repeated string a = 1;\n}", "a list or a case"),
    ],
)
def test_what_cannot_evolve_or_be_bounded_is_refused(tmp_path: Path, body: str, word: str) -> None:
    message = refusal(tmp_path, HEAD + body + "\n")
    assert message.startswith("Proto/auth/v1/auth.proto:")
    assert word in message


def test_names_are_flat_over_all_contracts(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "message Row {}\n")
    other = 'syntax = "proto2";\npackage parley.billing.v1;\nmessage Row {}\n'
    message = refusal(tmp_path, other, path="billing/v1/billing.proto")
    assert "Row is already declared at Proto/auth/v1/auth.proto:3" in message


def test_proto3_and_strange_packages_are_refused(tmp_path: Path) -> None:
    assert "proto2" in refusal(tmp_path, 'syntax = "proto3";\npackage parley.auth.v1;\n')
    assert "parley.auth.v1" in refusal(tmp_path, 'syntax = "proto2";\npackage parley.auth.v2;\n')


def test_the_word_absent_makes_a_field_optional(tmp_path: Path) -> None:
    body = """message M {
  // Absent means never.
  optional uint32 days = 1;
  // Not absent-minded.
  optional uint32 hours = 2;
  optional bytes turn_id = 3;
  repeated bytes file_ids = 4;
  oneof kind {
    string text = 5;
  }
}
"""
    (file,) = read(tmp_path, HEAD + body)
    days, hours, turn, files, kind = file.messages[0].members
    assert (days.may_be_absent, hours.may_be_absent) == (True, False)
    assert (turn.swift_type, turn.is_demanded) == ("TurnID", True)
    assert (files.swift_type, files.is_demanded) == ("FileID", False)
    assert isinstance(kind, OneOf) and kind.swift_type == "Kind"


def test_names_become_swifts() -> None:
    assert names.camel("after_file_id") == "afterFileID"
    assert names.camel("jwks_json") == "jwksJSON"
    assert names.camel("id") == "id"
    assert names.quoted("default") == "`default`"
    assert names.c_type("parley.auth.v1.LoginRequest") == "Parley__Auth__V1__LoginRequest"
    assert names.c_lower("parley.auth.v1.LoginRequest") == "parley__auth__v1__login_request"


RELEASED = HEAD + """message M {
  optional string a = 1;
  optional uint32 b = 2;
}
enum Tone { TONE_UNSPECIFIED = 0; TONE_WARM = 1; }
"""


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("optional uint32 b = 2;", ""), "gone; reserve"),
        (("optional uint32 b = 2;", "optional uint64 b = 2;"), "now `b optional uint64`"),
        (("optional uint32 b = 2;", "optional uint32 c = 2;"), "now `c optional uint32`"),
        (("optional uint32 b = 2;", "optional uint32 b = 3;"), "gone"),
        (("optional uint32 b = 2;", "reserved 2;"), "gone"),
        (("TONE_WARM = 1;", ""), "gone"),
        (("message M", "message N"), "a message of a release stays"),
    ],
)
def test_what_was_released_stays(tmp_path: Path, change: tuple[str, str], word: str) -> None:
    write(tmp_path, RELEASED)
    released.write(tmp_path / "released.txt", read_contract(tmp_path, set())[1])
    assert word in refusal(tmp_path, RELEASED.replace(*change))


@pytest.mark.parametrize(
    "change",
    [
        ("optional uint32 b = 2;", 'reserved 2;\n  reserved "b";'),
        ("optional uint32 b = 2;", "optional uint32 b = 2;\n  optional string c = 3;"),
        ("TONE_WARM = 1;", 'reserved 1; reserved "TONE_WARM"; TONE_COOL = 2;'),
    ],
)
def test_what_was_released_may_grow_or_be_given_up_openly(tmp_path: Path, change: tuple[str, str]) -> None:
    write(tmp_path, RELEASED)
    released.write(tmp_path / "released.txt", read_contract(tmp_path, set())[1])
    read(tmp_path, RELEASED.replace(*change))
