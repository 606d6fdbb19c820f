# SPDX-License-Identifier: LGPL-2.1-or-later
"""botocore: AWS Signature Version 4 with a secret key in the kernel.

    from hmacdev.adapters import botocore

    botocore.install()
    key = Key.from_keyring("%logon:hmac:aws", rights=Rights.DERIVER)
    session.set_credentials(ACCESS_KEY_ID, KernelKey(key))

The key in the keyring is the text "AWS4" with the secret access key behind it.
The Key is for sha256 and has the right DERIVE. The kernel derives the signing key
from it in four steps. The signing key of each region and service is kept for its
day.

Only Signature Version 4 with HMAC works, also for presigned URLs and POST. Older
signatures and the CRT need the secret itself and raise an exception. Credentials
that are text work as before.
"""

from __future__ import annotations

from typing import Any

from botocore.auth import SigV4Auth  # type: ignore[import]

from .. import KernelKey, Key, Rights

_original = SigV4Auth.signature


def signing_key(key: KernelKey, date: str, region: str, service: str) -> Key:
    """Return the key that signs requests of that day, region and service.

    Raise ValueError unless the key is for SHA-256. The size of its tags does
    not matter, since a derived key is a full digest and makes full tags.
    """
    if key.key.algorithm != "sha256":
        raise ValueError(f"Signature Version 4 needs sha256: {key.key!r}")
    place = "AWS4", region, service
    day, child = key.kept.get(place, (None, key.key))
    if day != date:
        child = key.key
        for label in (date, region, service):
            child = child.derive(label.encode(), rights=Rights.DERIVER)
        child = child.derive(b"aws4_request", rights=Rights.SIGN)
        key.kept[place] = date, child
    signer: Key = child
    return signer


def _signature(self: Any, string_to_sign: str, request: Any) -> Any:
    key = self.credentials.secret_key
    if not isinstance(key, KernelKey):
        return _original(self, string_to_sign, request)
    date = request.context["timestamp"][:8]
    child = signing_key(key, date, self._region_name, self._service_name)
    return child.sign(string_to_sign.encode()).hex()


def install() -> None:
    """Make botocore take a KernelKey as secret access key."""
    setattr(SigV4Auth, "signature", _signature)


def uninstall() -> None:
    """Undo install()."""
    setattr(SigV4Auth, "signature", _original)
