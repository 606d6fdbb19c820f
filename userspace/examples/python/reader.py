# SPDX-License-Identifier: LGPL-2.1-or-later
"""A process that reads the sessions of service.py, and cannot make any.

    python3 reader.py SOCKET < COOKIES

It prints the user of each cookie, one on a line, or "not valid".
"""

import hashlib
import sys

from itsdangerous import BadData, URLSafeTimedSerializer

from hmacdev import KernelKey, Key
from hmacdev.adapters.itsdangerous import KernelTimestampSigner

# Flask's default of PERMANENT_SESSION_LIFETIME, in seconds
MAX_AGE = 31 * 24 * 60 * 60

key = Key.from_socket(sys.argv[1])
cookies = URLSafeTimedSerializer(
    KernelKey(key),
    signer=KernelTimestampSigner,
    signer_kwargs={"key_derivation": "none", "digest_method": hashlib.sha256},
)



def user_of(cookie):
    """Return the user, or None if the cookie is not valid or has none."""
    try:
        session = cookies.loads(cookie, max_age=MAX_AGE)
    except BadData:
        return None
    user = session.get("user") if isinstance(session, dict) else None
    return user if isinstance(user, str) and user.isprintable() else None


for line in sys.stdin.buffer:
    print(user_of(line.strip()) or "not valid", flush=True)
