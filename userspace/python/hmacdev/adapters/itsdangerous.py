# SPDX-License-Identifier: LGPL-2.1-or-later
"""itsdangerous: signers whose secret key is in the kernel.

    from hmacdev.adapters.itsdangerous import KernelTimestampSigner

    key = Key.from_keyring("%logon:hmac:app", "sha1", rights=Rights.DERIVER)
    signer = KernelTimestampSigner(KernelKey(key), salt="x", key_derivation="hmac")

The secret key is a hmacdev.KernelKey for the hash of the signer, which is SHA-1
unless digest_method names another, or a list of them. There are two kinds:

key_derivation="hmac": a key with the right DERIVE. The kernel derives the key of
    the salt, as itsdangerous does it, so what was signed before stays valid.
key_derivation="none": a key with the right SIGN or VERIFY, such as a key that
    another process derived. With VERIFY alone, unsign() works and sign() fails.

The other derivations hash the bytes of the key and raise TypeError. An algorithm=
must be HMACAlgorithm or KernelAlgorithm with the same hash. A serializer
takes these classes as signer=. Keys that are bytes or text work as before.
"""

from __future__ import annotations

from typing import Any

import itsdangerous
from itsdangerous.signer import HMACAlgorithm

from .. import KernelKey
from .._handle import check_hash


class KernelAlgorithm(HMACAlgorithm):
    """HMACAlgorithm of itsdangerous, which also takes a key in the kernel."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        if isinstance(key, KernelKey):
            return key.key.sign(value)
        return super().get_signature(key, value)

    def verify_signature(self, key: bytes, value: bytes, sig: bytes) -> bool:
        if isinstance(key, KernelKey):
            return key.key.is_valid(value, sig)
        return super().verify_signature(key, value, sig)


class _Derivation(itsdangerous.Signer):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if type(self.algorithm) is HMACAlgorithm:
            self.algorithm = KernelAlgorithm(self.algorithm.digest_method)

    def derive_key(self, secret_key: Any = None) -> bytes:
        if secret_key is None:
            secret_key = self.secret_keys[-1]
        if not isinstance(secret_key, KernelKey):
            return super().derive_key(secret_key)
        if not isinstance(self.algorithm, KernelAlgorithm):
            raise TypeError("a key in the kernel needs HMACAlgorithm")
        key = self._derive(secret_key)
        check_hash(key.key, self.algorithm.digest_method)
        return key

    def _derive(self, secret_key: KernelKey) -> KernelKey:
        if self.key_derivation == "none":
            return secret_key
        if self.key_derivation == "hmac":
            check_hash(secret_key.key, self.digest_method)
            return secret_key.derived(self.salt)
        raise TypeError(
            "a key in the kernel needs key_derivation='hmac' or 'none'"
        )


class KernelSigner(_Derivation):
    """Signer of itsdangerous, which also takes a KernelKey."""


class KernelTimestampSigner(_Derivation, itsdangerous.TimestampSigner):
    """TimestampSigner of itsdangerous, which also takes a KernelKey."""
