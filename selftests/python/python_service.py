#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests for the web service of the examples, with a real HTTP client.

The memory of the service must have neither the key nor any key derived from it.
The same service with Flask's own sessions, whose memory must have the key, shows
that the search finds it.
"""

import hashlib
import hmac
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

import taptest
import keyring

EXAMPLES = os.path.join(
    os.environ.get("EXAMPLES", taptest.BUILD + "/../userspace/examples"),
    "python",
)
SECRET = os.urandom(32)
PORT = 8080
REQUESTS = 40
LIMIT = 180  # seconds in which a service must start

# The service of the examples with what Flask has
PLAIN = """
import os, sys, flask
import hmac as standard
app = flask.Flask("plain")
app.secret_key = sys.stdin.buffer.read(32)

@app.post("/login")
def login():
    flask.session["user"] = flask.request.form["user"]
    return "welcome"

@app.get("/")
def home():
    return flask.session.get("user", "nobody")

@app.post("/webhook")
def webhook():
    tag = bytes.fromhex(flask.request.headers.get("X-Signature", ""))
    if not standard.compare_digest(tag, standard.digest(
            app.secret_key, flask.request.get_data(), "sha256")):
        flask.abort(403)
    return "accepted"

app.run(port=int(sys.argv[1]))
"""


def tag(key, message):
    return hmac.digest(key, message, "sha256")


class Client:
    """An HTTP client that keeps one session."""

    def __init__(self, port):
        self.port, self.cookie = port, None

    def request(self, method, path, body=b"", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        if self.cookie:
            headers["Cookie"] = "session=" + self.cookie
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        found = re.match("session=([^;]*)", answer.getheader("Set-Cookie", ""))
        if found:
            self.cookie = found[1]
        connection.close()
        return answer.status, text

    def login(self, user):
        return self.request(
            "POST",
            "/login",
            urllib.parse.urlencode({"user": user}),
            **{"Content-Type": "application/x-www-form-urlencoded"},
        )

    def webhook(self, body, signature):
        return self.request(
            "POST", "/webhook", body, **{"X-Signature": signature}
        )[0]


def memory(pid):
    """Yield the memory of a process, a mapping at a time."""
    with open(f"/proc/{pid}/maps") as maps, open(
        f"/proc/{pid}/mem", "rb", 0
    ) as mem:
        for line in maps:
            span, access = line.split()[:2]
            start, end = (int(n, 16) for n in span.split("-"))
            if "r" not in access or "[v" in line:
                continue
            mem.seek(start)
            yield mem.read(end - start)


def found(pid, secrets):
    """Return the names of the secrets that are in a process's memory."""
    return {
        name
        for block in memory(pid)
        for name, secret in secrets.items()
        for form in (secret, secret.hex().encode(), secret[:16])
        if form in block
    }


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        keyring.add("logon", "hmac:app", SECRET)
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.socket = cls.directory.name + "/socket"
        python = [sys.executable]
        path = dict(os.environ, PYTHONPATH=sys.path[0])
        cls.service = cls.start(
            ["hmacdev", "exec", "--keyring", "%logon:hmac:app"]
            + ["--rights", "derive", "--"]
            + [*python, EXAMPLES + "/service.py", cls.socket, str(PORT)],
            env=path,
            stdin=subprocess.DEVNULL,
        )
        cls.plain = cls.start(
            [*python, "-c", PLAIN, str(PORT + 1)], stdin=subprocess.PIPE
        )
        cls.plain.stdin.write(SECRET)
        cls.plain.stdin.close()
        cls.wait(cls.service, PORT)
        cls.wait(cls.plain, PORT + 1)
        cls.reader = cls.start(
            [*python, EXAMPLES + "/reader.py", cls.socket],
            env=path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
        )

    @classmethod
    def start(cls, command, **options):
        log = open(f"{cls.directory.name}/log", "ab")
        options.setdefault("stdout", log)
        process = subprocess.Popen(command, stderr=log, **options)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.kill)
        log.close()
        return process

    @classmethod
    def wait(cls, process, port):
        for _ in range(LIMIT * 10):
            try:
                return Client(port).request("GET", "/")
            except ConnectionError:
                if process.poll() is not None:
                    break
                time.sleep(0.1)
        with open(f"{cls.directory.name}/log") as log:
            raise AssertionError("no service: " + log.read())

    def read_cookie(self, cookie):
        self.reader.stdin.write(cookie + "\n")
        self.reader.stdin.flush()
        return self.reader.stdout.readline().strip()

    def test_session(self):
        client = Client(PORT)
        self.assertEqual(client.request("GET", "/"), (200, "nobody"))
        self.assertEqual(client.login("alice"), (200, "welcome"))
        self.assertEqual(client.request("GET", "/"), (200, "alice"))
        client.cookie = client.cookie[:-4]
        self.assertEqual(client.request("GET", "/"), (200, "nobody"))

    def test_webhook(self):
        client, body = Client(PORT), b'{"event": "paid"}'
        good = tag(tag(SECRET, b"webhooks"), body)
        self.assertEqual(client.webhook(body, good.hex()), 200)
        for bad in (tag(SECRET, body).hex(), good.hex()[:-2], "", "text"):
            self.assertEqual(client.webhook(body, bad), 403)
        self.assertEqual(client.webhook(body + b" ", good.hex()), 403)

    def test_reader(self):
        client = Client(PORT)
        client.login("bob")
        self.assertEqual(self.read_cookie(client.cookie), "bob")
        self.assertEqual(self.read_cookie(client.cookie[:-4]), "not valid")
        other = Client(PORT + 1)
        other.login("mallory")
        self.assertEqual(self.read_cookie(other.cookie), "not valid")

    def test_reader_survives(self):
        from itsdangerous import TimestampSigner, URLSafeTimedSerializer

        class Old(TimestampSigner):
            def get_timestamp(self):
                return super().get_timestamp() - 32 * 24 * 60 * 60

        def cookie(content, signer=TimestampSigner):
            return URLSafeTimedSerializer(
                SECRET,
                salt="cookie-session",
                signer=signer,
                serializer_kwargs={"ensure_ascii": True},
                signer_kwargs={
                    "key_derivation": "hmac",
                    "digest_method": hashlib.sha256,
                },
            ).dumps(content)

        alice = {"user": "alice"}
        for bad in (
            "",
            "\udcff",
            "\x00",
            cookie({}),
            cookie([1]),
            cookie({"user": None}),
            cookie({"user": "\ud800"}),
            cookie({"user": "alice\nroot"}),
            cookie(alice, Old),
        ):
            self.assertEqual(self.read_cookie(bad), "not valid")
        self.assertEqual(self.read_cookie(cookie(alice)), "alice")

    def test_peers_that_close_at_once(self):
        import hmacdev

        for _ in range(50):
            with socket.socket(
                socket.AF_UNIX, socket.SOCK_SEQPACKET
            ) as connection:
                connection.connect(self.socket)
        key = hmacdev.Key.from_socket(self.socket)
        self.assertEqual(key.rights, hmacdev.Rights.VERIFY)

    def test_reader_cannot_make_sessions(self):
        import hmacdev
        from itsdangerous import URLSafeTimedSerializer
        from hmacdev.adapters.itsdangerous import KernelTimestampSigner

        key = hmacdev.Key.from_socket(self.socket)
        self.assertEqual(key.rights, hmacdev.Rights.VERIFY)
        forger = URLSafeTimedSerializer(
            hmacdev.KernelKey(key),
            signer=KernelTimestampSigner,
            signer_kwargs={
                "key_derivation": "none",
                "digest_method": hashlib.sha256,
            },
        )
        self.assertRaises(hmacdev.RightError, forger.dumps, {"user": "root"})
        for call in (
            key.copy,
            key.message,
            lambda: key.sign(b""),
            lambda: key.derive(b""),
            lambda: key.batch([b""]),
        ):
            self.assertRaises(hmacdev.RightError, call)

    def load(self, port, webhook_key):
        for i in range(REQUESTS):
            client, body = Client(port), b"event %d" % i
            client.login(f"user{i}")
            self.assertEqual(client.request("GET", "/"), (200, f"user{i}"))
            self.assertEqual(
                client.webhook(body, tag(webhook_key, body).hex()), 200
            )

    def test_memory(self):
        secrets = {
            name: tag(SECRET, name.encode())
            for name in ("cookie-session", "webhooks")
        }
        secrets["key"] = SECRET
        self.load(PORT, secrets["webhooks"])
        self.load(PORT + 1, SECRET)
        self.read_cookie("no cookie")
        self.assertEqual(found(self.service.pid, secrets), set())
        self.assertEqual(found(self.reader.pid, secrets), set())
        self.assertEqual(found(self.plain.pid, secrets), {"key"})


if __name__ == "__main__":
    taptest.main()
