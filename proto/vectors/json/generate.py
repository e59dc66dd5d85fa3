#!/usr/bin/env python3
"""Writes valid.json and invalid.json from RFC 8785 and SPEC.md, without any code of the implementation."""

import base64
import json
import pathlib


def canonical(value) -> bytes:
    """RFC 8785 for objects, arrays, strings, booleans and integers."""

    def ordered(v):
        if isinstance(v, dict):
            return {k: ordered(v[k]) for k in sorted(v, key=lambda k: k.encode("utf-16-be"))}
        return [ordered(e) for e in v] if isinstance(v, list) else v

    return json.dumps(ordered(value), separators=(",", ":"), ensure_ascii=False).encode()


BIG = 2**53

VALID = {
    "an empty object": {},
    "an empty array": [],
    "an empty string": "",
    "a string alone": "a",
    "a number alone": 7,
    "true and false": [True, False],
    "integers at their ends": [0, -1, 1, BIG, -BIG, BIG - 1, 10**15],
    "nested": {"a": [{"b": {"c": []}}]},
    # The keys of RFC 8785 section 3.2.3: UTF-16 order puts U+1F600 (d83d de00) before U+FB33.
    "names in the order of UTF-16 units": {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    },
    "names of which one begins another": {"a": 1, "aa": 2, "": 3, "A": 4, "a\u0000": 5},
    "short escapes": '"\\\b\t\n\f\r',
    "escapes of other control characters": "\u0000\u0001\u000b\u001f",
    "what is never escaped": "/<>&'\u007f\u0080\u2028\u2029\ufeff\ufffd",
    "planes": "\u00e9\u20ac\U0001f600\U0010ffff",
    "no normalisation": ["\u00e9", "e\u0301"],
    "an escape as text": "\\u0041",
}

INVALID = {
    "nothing": b"",
    "a space before": b" {}",
    "a newline after": b"{}\n",
    "a space inside": b'{"a": 1}',
    "two values": b"{}{}",
    "a comma too many": b"[1,]",
    "a comma too few": b"[1 2]",
    "an object that does not end": b'{"a":1',
    "an array that does not end": b"[1",
    "a string that does not end": b'"a',
    "a comment": b"{}/**/",
    "single quotes": b"{'a':1}",
    "a name without quotes": b"{a:1}",
    "members out of order": b'{"b":1,"a":2}',
    "members in the order of code points": '{"\ufb33":1,"\U0001f600":2}'.encode(),
    "a member twice": b'{"a":1,"a":1}',
    "a member twice, one of them escaped": b'{"\\u0061":1,"a":1}',
    "null": b"null",
    "null as a member": b'{"a":null}',
    "a fraction": b"1.5",
    "a fraction that is whole": b"1.0",
    "an exponent": b"1e3",
    "minus zero": b"-0",
    "a leading zero": b"01",
    "a plus": b"+1",
    "beyond 2^53": b"9007199254740993",
    "below -2^53": b"-9007199254740993",
    "beyond 2^63": b"9223372036854775808",
    "a thousand digits": b"1" * 1000,
    "not a number": b"NaN",
    "infinity": b"Infinity",
    "an escape that is not needed": b'"\\u0041"',
    "an escaped slash": b'"\\/"',
    "an upper-case escape": b'"\\u000B"',
    "a long escape where there is a short one": b'"\\u000a"',
    "a bare control character": b'"\x01"',
    "a bare newline": b'"\n"',
    "an unknown escape": b'"\\x41"',
    "half a surrogate pair": b'"\\ud83d"',
    "a surrogate pair as escapes": b'"\\ud83d\\ude00"',
    "surrogates in UTF-8": b'"\xed\xa0\xbd\xed\xb8\x80"',
    "an overlong encoding": b'"\xc0\xaf"',
    "a byte that is no UTF-8": b'"\xff"',
    "a sequence cut short": b'"\xe2\x82"',
    "beyond U+10FFFF": b'"\xf4\x90\x80\x80"',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16-be"),
    "UTF-32": "{}".encode("utf-32-le"),
    "nested nine deep": b"[" * 9 + b"]" * 9,
    "nested without end": b"[" * 5000,
    "objects without end": b'{"a":' * 3000,
}


def main():
    here = pathlib.Path(__file__).parent
    valid = [{"name": n, "base64": base64.b64encode(canonical(v)).decode(), "value": v} for n, v in VALID.items()]
    invalid = [{"name": n, "base64": base64.b64encode(b).decode()} for n, b in INVALID.items()]
    for name, cases in (("valid.json", valid), ("invalid.json", invalid)):
        (here / name).write_text(json.dumps(cases, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
