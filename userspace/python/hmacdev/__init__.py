# SPDX-License-Identifier: LGPL-2.1-or-later
"""HMAC with keys that the Linux kernel holds (/dev/hmac).

    import hmacdev

    key = hmacdev.Key.from_keyring("%logon:hmac:app")
    tag = key.sign(b"message")
    key.verify(b"message", tag)

Key is a key that this process cannot read. hmacdev.hmac is the module hmac of
the standard library, and hmacdev.hazmat has the class HMAC of
pyca/cryptography; both compute in the kernel. KernelKey and patch() give a Key
to libraries that call hmac.new(). hmacdev.adapters has more for PyJWT,
itsdangerous, Flask and botocore.
"""

from __future__ import annotations

from typing import NamedTuple

from . import hmac
from ._errors import (
    AccessError,
    AlgorithmError,
    ArgumentError,
    DeviceError,
    Error,
    FinalizedError,
    KeyUnavailableError,
    NotPassedError,
    RightError,
    TagMismatch,
)
from ._ext import Message, algorithm as _algorithm, library_version
from ._handle import KernelKey
from ._key import Key, Rights
from ._patch import patch, unpatch

__all__ = [
    "AccessError",
    "Algorithm",
    "AlgorithmError",
    "ArgumentError",
    "DeviceError",
    "Error",
    "FinalizedError",
    "KernelKey",
    "Key",
    "KeyUnavailableError",
    "Message",
    "NotPassedError",
    "RightError",
    "Rights",
    "TagMismatch",
    "algorithms",
    "hmac",
    "library_version",
    "patch",
    "unpatch",
]

__version__ = "0.1.0"

_AVAILABLE, _FIPS, _UNTRIED = 0x1, 0x2, 0x4


class Algorithm(NamedTuple):
    """An algorithm of the interface; sizes are in bytes."""

    name: str
    digest_size: int
    block_size: int
    #: Whether the kernel has it, or may load it when a key is made
    available: bool
    #: Whether FIPS 140 approves it
    fips: bool


def algorithms() -> list[Algorithm]:
    """Return all algorithms of the interface, available or not.

    Raise DeviceError if there is no device, and AccessError without permission
    for it.
    """
    found: list[Algorithm] = []
    while True:
        try:
            name, size, block, traits = _algorithm(len(found))
        except AlgorithmError:
            return found
        found.append(
            Algorithm(
                name,
                size,
                block,
                bool(traits & (_AVAILABLE | _UNTRIED)),
                bool(traits & _FIPS),
            )
        )
