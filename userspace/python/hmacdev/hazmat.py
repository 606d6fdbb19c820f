# SPDX-License-Identifier: LGPL-2.1-or-later
"""The class HMAC of pyca/cryptography, computed in the kernel.

    from hmacdev.hazmat import HMAC

    h = HMAC(key, hashes.SHA256())        # or HMAC(key, "sha256")
    h.update(b"message")
    h.verify(tag)                         # or tag = h.finalize()

The exceptions are the classes of cryptography.exceptions if pyca/cryptography
is installed, and else classes of the same names in this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from . import _ext
from ._errors import AlgorithmError, FinalizedError, TagMismatch
from ._handle import KernelKey, check_name
from ._key import Key

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

try:
    from cryptography.exceptions import (
        AlreadyFinalized,
        InvalidSignature,
        UnsupportedAlgorithm,
        _Reasons,
    )
    from cryptography.hazmat.primitives.hashes import (
        HashAlgorithm,
        HashContext,
    )

    _UNSUPPORTED_HASH = _Reasons.UNSUPPORTED_HASH
except ImportError:

    class AlreadyFinalized(Exception):  # type: ignore[no-redef]
        """The object was used after finalize() or verify()."""

    class InvalidSignature(Exception):  # type: ignore[no-redef]
        """The tag does not match."""

    class UnsupportedAlgorithm(Exception):  # type: ignore[no-redef]
        """The kernel does not have the hash."""

        def __init__(self, message: str, reason: object = None) -> None:
            super().__init__(message)
            self._reason = reason

    HashAlgorithm = None  # type: ignore[assignment,misc]
    HashContext = None  # type: ignore[assignment,misc]
    _UNSUPPORTED_HASH = None  # type: ignore[assignment]

__all__ = [
    "HMAC",
    "AlreadyFinalized",
    "InvalidSignature",
    "UnsupportedAlgorithm",
]


def _name(algorithm: Any) -> str:
    if isinstance(algorithm, str):
        return algorithm
    if HashAlgorithm is not None and isinstance(algorithm, HashAlgorithm):
        return algorithm.name
    raise TypeError("Expected a name or an instance of hashes.HashAlgorithm.")


def _start(key: Any, name: str) -> _ext.Message:
    if isinstance(key, KernelKey):
        key = key.key
    if not isinstance(key, Key):
        return _ext.message(name, key)
    check_name(key, name)
    return key.message()


class HMAC:
    """A running HMAC, which finalize() or verify() ends.

    key: bytes-like object of at most 65,536 bytes, Key or KernelKey
    algorithm: instance of hashes.HashAlgorithm, or a name such as "sha256"
    backend: ignored, as in pyca/cryptography

    Raise TypeError for another type, UnsupportedAlgorithm for a hash that the
    kernel does not have, and ValueError for a Key of another algorithm.
    """

    def __init__(self, key: Any, algorithm: Any, backend: Any = None) -> None:
        name = _name(algorithm)
        self._algorithm = algorithm
        self._message: _ext.Message | None = None
        try:
            self._message = _start(key, name)
        except AlgorithmError as error:
            raise UnsupportedAlgorithm(
                f"{name} is not a supported hash in this kernel.",
                _UNSUPPORTED_HASH,
            ) from error

    @property
    def algorithm(self) -> Any:
        """The algorithm as it was given."""
        return self._algorithm

    def _run(self, call: Callable[..., Any], *args: Any) -> Any:
        """Call a method of the message, which another thread may end."""
        message = self._message
        if message is None:
            raise AlreadyFinalized("Context was already finalized.")
        try:
            return call(message, *args)
        except ValueError as error:
            if message.closed or isinstance(error, FinalizedError):
                raise AlreadyFinalized(
                    "Context was already finalized."
                ) from None
            raise

    def update(self, data: Buffer) -> None:
        """Append a bytes-like object."""
        self._run(_ext.Message.update, data)

    def copy(self) -> HMAC:
        """Return a second object that begins with the same message."""
        other = type(self).__new__(type(self))
        other._algorithm = self._algorithm
        other._message = self._run(_ext.Message.copy)
        return other

    def finalize(self) -> bytes:
        """Return the tag, and end the message."""
        tag: bytes = self._run(_ext.Message.finalize)
        self._end()
        return tag

    def verify(self, signature: bytes) -> None:
        """Raise InvalidSignature unless this is the tag. End the message."""
        if not isinstance(signature, bytes):
            raise TypeError("signature must be bytes")
        try:
            self._run(_ext.Message.verify, signature)
        except TagMismatch:
            self._end()
            raise InvalidSignature(
                "Signature did not match digest."
            ) from None
        self._end()

    def _end(self) -> None:
        message, self._message = self._message, None
        if message is not None:
            message.close()


if HashContext is not None:
    HashContext.register(HMAC)
