"""Save receipts: each is the hash of the one before it and of what it stands for, so that none can go unnoticed.

    digest(n)  = sha256(salt(n) || operation(n) as canonical JSON)
    receipt(n) = sha256(receipt(n - 1) || digest(n)),    receipt(0) = 32 zero bytes

The chain is over digests. Taking a person out throws away salts and contents but no digest: the chain still holds, and
without its salt (128 random bits) a digest tells nothing of what was hashed, not even to who tries every answer.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

START = "0" * 64
SHOWN = 4  # hex digits that a person is shown


def fresh_salt() -> str:
    """128 random bits as 32 hex digits."""
    return secrets.token_hex(16)


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one spelling of an operation: keys sorted, no blanks, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest_of(content: Mapping[str, Any], salt: str) -> str:
    """64 hex digits. Raises ValueError where the salt is not hex."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(content)).hexdigest()


def next_receipt(previous: str, digest: str) -> str:
    """64 hex digits. Raises ValueError where one of them is not hex."""
    return hashlib.sha256(bytes.fromhex(previous) + bytes.fromhex(digest)).hexdigest()
