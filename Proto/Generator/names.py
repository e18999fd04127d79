# SPDX-License-Identifier: Apache-2.0
"""How a proto name is spelled in C and in Swift. The rules stand in Proto/README.md."""

# Words that Swift spells in capitals unless they begin the name, as Primitives does (`requestID`).
ACRONYMS = {
    "id": "ID",
    "ids": "IDs",
    "url": "URL",
    "json": "JSON",
    "jwks": "JWKS",
    "api": "API",
    "ip": "IP",
    "utf8": "UTF8",
}

# Reserved words that may not stand bare as a property, a case or an argument label.
SWIFT_KEYWORDS = {
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else",
    "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init",
    "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat",
    "rethrows", "return", "self", "Self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
    "try", "typealias", "var", "where", "while",
}

# protoc-c puts an underscore behind a field that would be a keyword of C++ (its own list, c_helpers.cc).
C_KEYWORDS = {
    "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class", "compl",
    "const", "const_cast", "continue", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit",
    "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new",
    "not", "not_eq", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
    "return", "short", "signed", "sizeof", "static", "static_cast", "struct", "switch", "template", "this", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
    "wchar_t", "while", "xor", "xor_eq",
}

# The kind of id behind a field's name; longer names end in these (`after_file_id`, `file_ids`).
IDENTIFIERS = {
    "organisation_id": "OrganisationID",
    "project_id": "ProjectID",
    "user_id": "UserID",
    "key_id": "APIKeyID",
    "session_id": "SessionID",
    "conversation_id": "ConversationID",
    "item_id": "ItemID",
    "turn_id": "TurnID",
    "file_id": "FileID",
    "passage_id": "PassageID",
}


def camel(snake: str) -> str:
    """`after_file_id` to `afterFileID`, `jwks_json` to `jwksJSON`."""
    first, *rest = snake.split("_")
    return first + "".join(ACRONYMS.get(word, word[:1].upper() + word[1:]) for word in rest)


def lower_first(name: str) -> str:
    """`VerifyKey` to `verifyKey`."""
    return name[:1].lower() + name[1:]


def pascal(snake: str) -> str:
    name = camel(snake)
    return name[:1].upper() + name[1:]


def quoted(name: str) -> str:
    """The name, in backticks where Swift reserves the word."""
    return f"`{name}`" if name in SWIFT_KEYWORDS else name


def snake(name: str) -> str:
    """protoc-c's CamelToLower: `VerifyKeyRequest` to `verify_key_request`, `JWKSet` to `jwkset`."""
    out = ""
    was_upper = True
    for letter in name:
        if letter.isupper():
            out += ("" if was_upper else "_") + letter.lower()
            was_upper = True
        else:
            out += letter
            was_upper = False
    return out


def upper_snake(name: str) -> str:
    """`WorkClass` to `WORK_CLASS`, the prefix every value of that enum carries."""
    return snake(name).upper()


def c_type(full_name: str) -> str:
    """protoc-c's FullNameToC: `parley.auth.v1.LoginRequest` to `Parley__Auth__V1__LoginRequest`."""
    return "__".join("".join(w[:1].upper() + w[1:] for w in part.split("_")) for part in full_name.split("."))


def c_lower(full_name: str) -> str:
    """protoc-c's FullNameToLower: `parley.auth.v1.LoginRequest` to `parley__auth__v1__login_request`."""
    return "__".join(snake(part) for part in full_name.split("."))


def c_field(name: str) -> str:
    lower = name.lower()
    return lower + "_" if lower in C_KEYWORDS else lower


def identifier_type(field_name: str) -> str | None:
    """The Swift id type that a `bytes` field of this name holds, or None when the name does not speak of an id."""
    singular = field_name[:-1] if field_name.endswith("_ids") else field_name
    for suffix, swift in IDENTIFIERS.items():
        if singular == suffix or singular.endswith("_" + suffix):
            return swift
    return None
