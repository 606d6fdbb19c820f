# SPDX-License-Identifier: LGPL-2.1-or-later
"""PyJWT: tokens with HS256, HS384 and HS512 and a key in the kernel.

    import jwt
    from hmacdev.adapters import pyjwt

    pyjwt.install()
    token = jwt.encode({"sub": "alice"}, key, algorithm="HS256")
    jwt.decode(token, key, algorithms=["HS256"])

The key is a hmacdev.Key or KernelKey. To decode, it needs only the right VERIFY.
Other keys work as before. A key for another hash, or with short tags, is refused
with jwt.InvalidKeyError.
"""

from __future__ import annotations

from typing import Any

import jwt
from jwt.algorithms import HMACAlgorithm

from .. import KernelKey, Key

# Not all versions of PyJWT have types.
_Base: Any = HMACAlgorithm

_HASHES = {
    "HS256": ("sha256", HMACAlgorithm.SHA256),
    "HS384": ("sha384", HMACAlgorithm.SHA384),
    "HS512": ("sha512", HMACAlgorithm.SHA512),
}


class KernelHMACAlgorithm(_Base):  # type: ignore[misc]
    """HMACAlgorithm of PyJWT, which also takes a key in the kernel.

    replaced: the algorithm that has the other keys; None is HMACAlgorithm
    """

    def __init__(self, name: str, hash_alg: Any, replaced: Any = None) -> None:
        super().__init__(hash_alg)
        self.name = name
        self.replaced = _Base(hash_alg) if replaced is None else replaced

    def prepare_key(self, key: Any) -> Any:
        if isinstance(key, KernelKey):
            key = key.key
        if not isinstance(key, Key):
            return self.replaced.prepare_key(key)
        if key.algorithm != self.name or key.tag_size != key.digest_size:
            raise jwt.InvalidKeyError(f"{key!r} is not for full {self.name}")
        return key

    def check_key_length(self, key: Any) -> Any:
        """PyJWT 2.11 calls this. The size of a key in the kernel is unknown."""
        if isinstance(key, Key):
            return None
        return self.replaced.check_key_length(key)

    def sign(self, msg: bytes, key: Any) -> bytes:
        if isinstance(key, Key):
            return key.sign(msg)
        tag: bytes = self.replaced.sign(msg, key)
        return tag

    def verify(self, msg: bytes, key: Any, sig: bytes) -> bool:
        if isinstance(key, Key):
            return key.is_valid(msg, sig)
        return bool(self.replaced.verify(msg, key, sig))


def _registered(jws: Any) -> dict[str, Any]:
    """Return the HMAC algorithms that the object allows."""
    found = {}
    for name in _HASHES:
        try:
            found[name] = jws.get_algorithm_by_name(name)
        except NotImplementedError:
            pass
    return found


def _replace(jws: Any, algorithms: dict[str, Any]) -> None:
    for name, algorithm in algorithms.items():
        jws.unregister_algorithm(name)
        jws.register_algorithm(name, algorithm)


def install(jws: Any = jwt) -> None:
    """Replace the HMAC algorithms of the module jwt, or of a PyJWS object.

    Algorithms that it does not allow stay so.
    """
    _replace(
        jws,
        {
            name: KernelHMACAlgorithm(*_HASHES[name], algorithm)
            for name, algorithm in _registered(jws).items()
            if not isinstance(algorithm, KernelHMACAlgorithm)
        },
    )


def uninstall(jws: Any = jwt) -> None:
    """Undo install(): register the algorithms that it replaced."""
    _replace(
        jws,
        {
            name: algorithm.replaced
            for name, algorithm in _registered(jws).items()
            if isinstance(algorithm, KernelHMACAlgorithm)
        },
    )
