# SPDX-License-Identifier: LGPL-2.1-or-later
"""patch(): the standard library's hmac uses the kernel for a KernelKey."""

from __future__ import annotations

import functools
import hmac
from typing import Any

from ._handle import KernelKey
from .hmac import digest_with_handle, use_handle

_original_init = hmac.HMAC.__init__
_original_digest = hmac.digest


@functools.wraps(_original_init)
def _init(self: Any, key: Any, msg: Any = None, digestmod: Any = "") -> None:
    if isinstance(key, KernelKey):
        use_handle(self, key, msg, digestmod)
    else:
        _original_init(self, key, msg, digestmod)


@functools.wraps(_original_digest)
def _digest(key: Any, msg: Any, digest: Any) -> bytes:
    if isinstance(key, KernelKey):
        return digest_with_handle(key, msg, digest)
    return _original_digest(key, msg, digest)


def patch() -> None:
    """Make the standard library's hmac use the kernel for a KernelKey.

    hmac.new(), hmac.HMAC and hmac.digest() use the kernel if the key is a
    KernelKey, and do what they did before for any other key. The order of
    imports does not matter, with one exception: a module that has run "from hmac
    import digest" before keeps the old function, for which a KernelKey is 64
    random bytes.
    """
    setattr(hmac.HMAC, "__init__", _init)
    hmac.digest = _digest


def unpatch() -> None:
    """Undo patch(). A KernelKey is then 64 random bytes for the module hmac."""
    setattr(hmac.HMAC, "__init__", _original_init)
    hmac.digest = _original_digest
