# SPDX-License-Identifier: LGPL-2.1-or-later
"""The standard library's module hmac, with HMACs that the kernel computes.

    from hmacdev import hmac

All names and arguments are those of the standard library, and so are the
exceptions for wrong arguments. If the kernel fails otherwise, or lacks a right for
a KernelKey, a hmacdev.Error is raised, which is an OSError. Each HMAC object also
has the attribute backend: "kernel" if the kernel computes the HMAC,
or "software" if the standard library does. It does so if the kernel does not
have the hash (BLAKE2, or a module or function that is not hashlib's), if this
process cannot use the device, if a limit of descriptors or contexts is reached,
or if the key has more than 65,536 bytes. If strict is True, an exception is
raised instead.

An object of the backend "kernel" has a file descriptor. After fork(2), the child
has a copy of it, which it takes when it first uses the object. If the parent has
changed the object before, RuntimeError is raised in the child.

A key can also be a hmacdev.KernelKey, with which this module always uses the
kernel. A key that is bytes was in this process's memory before; the module does
not hide it. To do so, use hmacdev.Key or KernelKey.
"""

from __future__ import annotations

import errno
import hmac as _hmac
from hmac import compare_digest, trans_36, trans_5C
from typing import Any

from . import _ext
from ._errors import (
    AccessError,
    AlgorithmError,
    ArgumentError,
    DeviceError,
    Error,
    RightError,
)
from ._handle import KernelKey, check_hash, hash_name

__all__ = ["HMAC", "compare_digest", "digest", "new", "trans_36", "trans_5C"]

#: As in the standard library: the size depends on the hash.
digest_size = None

#: Whether to raise an exception instead of using the standard library
strict = False

_KEY_MAX = 65536
_NAME_MAX = 31

_UNAVAILABLE = (AccessError, AlgorithmError, DeviceError, RightError)
_LIMITS = (errno.EDQUOT, errno.EMFILE, errno.ENFILE)


def _software(reason: Exception | str) -> None:
    """Return if the standard library may be used instead of the kernel."""
    if not strict:
        return
    if isinstance(reason, str):
        raise AlgorithmError(errno.ENOENT, reason)
    raise reason


def _in_kernel(call: Any, digestmod: Any, key: Any, *args: Any) -> Any:
    """Return what the call returns, or None if the kernel cannot do it."""
    name = hash_name(digestmod)
    if name is None or len(name) > _NAME_MAX:
        return _software("the kernel does not have this hash")
    if memoryview(key).nbytes > _KEY_MAX:
        return _software("the key is too long for the kernel")
    try:
        return call(name, key, *args)
    except _UNAVAILABLE as error:
        return _software(error)
    except Error as error:
        if error.errno not in _LIMITS:
            raise
        return _software(error)


# The stubs of the standard library do not have what is private.
_Base: Any = _hmac.HMAC


class HMAC(_Base):  # type: ignore[misc]
    """The class of the standard library, with the attribute backend."""

    __slots__ = ()

    def __init__(self, key: Any, msg: Any = None, digestmod: Any = "") -> None:
        """Create an object; see new()."""
        if isinstance(key, KernelKey):
            use_handle(self, key, msg, digestmod)
            return
        if digestmod and hash_name(digestmod) is None:
            _software("the kernel does not have this hash")
        super().__init__(key, msg, digestmod)

    @property
    def backend(self) -> str:
        """Who computes the HMAC: "kernel" or "software"."""
        return "kernel" if isinstance(self._hmac, _ext.Message) else "software"

    # The standard library calls this for a str or a function of hashlib.
    def _init_hmac(self, key: Any, msg: Any, digestmod: Any) -> None:
        message = _in_kernel(_ext.message, digestmod, key)
        if message is not None:
            use_message(self, message, msg)
        elif hasattr(_Base, "_init_openssl_hmac"):
            super()._init_openssl_hmac(key, msg, digestmod)
        else:
            super()._init_hmac(key, msg, digestmod)

    # The name in Python 3.14
    _init_openssl_hmac = _init_hmac


def use_message(hmac: Any, message: _ext.Message, msg: Any) -> None:
    """Make an HMAC object of the standard library use the kernel."""
    hmac._hmac = message
    hmac.digest_size = message.tag_size
    hmac.block_size = message.block_size
    if msg is not None:
        message.update(msg)


def use_handle(hmac: Any, key: KernelKey, msg: Any, digestmod: Any) -> None:
    """Do the same with the key that the handle stands for."""
    if not digestmod:
        raise TypeError("Missing required argument 'digestmod'.")
    use_message(hmac, key.message(digestmod), msg)


def new(key: Any, msg: Any = None, digestmod: Any = "") -> HMAC:
    """Create a new HMAC object and return it.

    key: bytes, bytearray or KernelKey
    msg: the first bytes of the message, or None
    digestmod: a name that hashlib.new() takes, a function of hashlib, or a
        module or function as in PEP 247. It is required.

    Raise ValueError for an unknown hash. A KernelKey must be for this hash and
    have the rights SIGN and COPY.
    """
    return HMAC(key, msg, digestmod)


def digest(key: Any, msg: Any, digest: Any) -> bytes:
    """Return the HMAC of a message in one call.

    key: bytes-like object or KernelKey
    msg: bytes-like object
    digest: as digestmod of new()
    """
    if isinstance(key, KernelKey):
        return digest_with_handle(key, msg, digest)
    tag: Any
    try:
        tag = _in_kernel(_ext.oneshot, digest, key, msg)
    except ArgumentError:
        # Longer than one call takes, or a short key in FIPS mode
        tag = new(bytes(key), msg, digest).digest()
    return bytes(_hmac.digest(key, msg, digest) if tag is None else tag)


def digest_with_handle(key: KernelKey, msg: Any, digest: Any) -> bytes:
    """Do the same with the key that the handle stands for."""
    check_hash(key.key, digest)
    return key.key.sign(msg)
