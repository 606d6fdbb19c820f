# SPDX-License-Identifier: LGPL-2.1-or-later
"""A web service whose sessions and webhook checks use a key in the kernel.

    hmacdev key add app -k KEYFILE
    hmacdev exec --keyring %logon:hmac:app --rights derive -- \\
        python3 service.py SOCKET PORT

The process gets the key as a descriptor with the right to derive other keys, and
derives one for each purpose. It cannot read any of them. Whoever connects to
SOCKET, a path, gets the key of the sessions with the right to verify alone; see
reader.py.
"""

import hashlib
import os
import socket
import sys
import threading
from contextlib import suppress

from flask import Flask, abort, request, session

from hmacdev import KernelKey, Key, Rights, TagMismatch
from hmacdev.adapters.flask import KernelSessionInterface

master = Key.from_env()
webhooks = master.derive(b"webhooks", rights=Rights.VERIFY)
readers = master.derive(b"cookie-session", rights=Rights.VERIFY)

app = Flask(__name__)
app.secret_key = KernelKey(master)
app.session_interface = KernelSessionInterface(digest_method=hashlib.sha256)


@app.post("/login")
def login():
    session["user"] = request.form["user"]
    return "welcome"


@app.get("/")
def home():
    return session.get("user", "nobody")


@app.post("/webhook")
def webhook():
    try:
        tag = bytes.fromhex(request.headers.get("X-Signature", ""))
        webhooks.verify(request.get_data(), tag)
    except (TagMismatch, ValueError):
        abort(403)
    return "accepted"


def give_keys(path):
    """Give every process that connects the key that verifies sessions."""
    os.umask(0o077)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            # A peer that has closed the connection gets no key.
            with listener.accept()[0] as peer, suppress(OSError):
                socket.send_fds(peer, [b"key"], [readers.fileno()])


if __name__ == "__main__":
    threading.Thread(target=give_keys, args=sys.argv[1:2], daemon=True).start()
    app.run(port=int(sys.argv[2]))
