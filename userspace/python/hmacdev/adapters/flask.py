# SPDX-License-Identifier: LGPL-2.1-or-later
"""Flask: sessions whose secret key is in the kernel.

    key = Key.from_keyring("%logon:hmac:app", "sha1", rights=Rights.DERIVER)
    app.secret_key = KernelKey(key)
    app.session_interface = KernelSessionInterface()

Sessions that Flask made with the same secret key stay valid. SHA-1 is the hash of
Flask's sessions; HMAC does not need a hash without collisions.

A process that can read sessions and not make them gets the derived key with the
right VERIFY alone, and KernelSessionInterface(key_derivation="none"):

    verifier = key.derive(b"cookie-session", rights=Rights.VERIFY)

There, a view that changes the session fails with RightError. Permanent sessions
that do not change are not sent again, whatever SESSION_REFRESH_EACH_REQUEST is.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask.sessions import SecureCookieSessionInterface

from .. import KernelKey, Rights
from .itsdangerous import KernelTimestampSigner


class KernelSessionInterface(SecureCookieSessionInterface):
    """Flask's own sessions, which also take a KernelKey as secret key.

    key_derivation: "hmac" for a key with the right DERIVE, or "none" for the
        key that was derived from it
    digest_method: the hash of the secret key, a function of hashlib
    """

    def __init__(
        self,
        key_derivation: str = "hmac",
        digest_method: Any = hashlib.sha1,
    ) -> None:
        self.key_derivation = key_derivation
        self.digest_method = digest_method

    def get_signing_serializer(self, app: Any) -> Any:
        serializer = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = KernelTimestampSigner
        return serializer

    def should_set_cookie(self, app: Any, session: Any) -> bool:
        if not self._can_sign(app.secret_key):
            return bool(session.modified)
        return bool(super().should_set_cookie(app, session))

    def _can_sign(self, secret_key: Any) -> bool:
        if not isinstance(secret_key, KernelKey):
            return True
        derives = self.key_derivation == "hmac"
        right = Rights.DERIVE if derives else Rights.SIGN
        return right in secret_key.key.rights
