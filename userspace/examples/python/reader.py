# SPDX-License-Identifier: LGPL-2.1-or-later
"""A process that reads the sessions of service.py, and cannot make any.

    python3 reader.py SOCKET < COOKIES

It prints the user of each cookie, one on a line, or "not valid".
"""

import hashlib
import sys

from itsdangerous import BadSignature, URLSafeTimedSerializer

from hmacdev import KernelKey, Key
from hmacdev.adapters.itsdangerous import KernelTimestampSigner

key = Key.from_socket(sys.argv[1])
cookies = URLSafeTimedSerializer(
    KernelKey(key),
    signer=KernelTimestampSigner,
    signer_kwargs={"key_derivation": "none", "digest_method": hashlib.sha256},
)

for line in sys.stdin:
    try:
        print(cookies.loads(line.strip())["user"], flush=True)
    except BadSignature:
        print("not valid", flush=True)
