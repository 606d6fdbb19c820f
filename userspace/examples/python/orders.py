# SPDX-License-Identifier: LGPL-2.1-or-later
"""An HTTP service that takes signed requests, and its client.

    hmacdev exec --keyring %encrypted:hmac:orders --rights verify -- \\
        python3 orders.py serve ADDRESS PORT
    hmacdev exec --keyring %encrypted:hmac:orders --rights sign -- \\
        python3 orders.py send ADDRESS PORT ORDER

The two can be on different machines, which have the same key. The requests are
signed as in RFC 9421, HTTP Message Signatures, with hmac-sha256. The service
can check signatures, but it cannot make any. It takes each request once.
"""

import base64
import hashlib
import http.client
import http.server
import re
import secrets
import sys
import threading
import time

from hmacdev import Key, TagMismatch

COVERED = '("@method" "@authority" "@request-target" "content-digest")'
PARAMETERS = COVERED + ';created={};nonce="{}";keyid="orders";alg="hmac-sha256"'
INPUT = re.compile("sig1=(" + re.escape(PARAMETERS).replace(
    r"\{\}", "([0-9]{1,12})", 1).replace(r"\{\}", "([A-Za-z0-9_-]{22})") + ")")
SIGNATURE = re.compile("sig1=:([A-Za-z0-9+/=]+):")
LIFE = 60  # seconds in which a request must arrive
BODY_MAX = 65536


def digest(body):
    return "sha-256=:%s:" % base64.b64encode(
        hashlib.sha256(body).digest()).decode()


def base(method, authority, target, body, parameters):
    """What is signed: RFC 9421, section 2.5"""
    return "\n".join((
        f'"@method": {method}',
        f'"@authority": {authority}',
        f'"@request-target": {target}',
        f'"content-digest": {digest(body)}',
        f'"@signature-params": {parameters}',
    )).encode()


def sign(key, method, authority, target, body):
    """The headers of a signed request"""
    parameters = PARAMETERS.format(int(time.time()), secrets.token_urlsafe(16))
    tag = key.sign(base(method, authority, target, body, parameters))
    return {
        "Content-Digest": digest(body),
        "Signature-Input": "sig1=" + parameters,
        "Signature": "sig1=:%s:" % base64.b64encode(tag).decode(),
    }


class Seen:
    """Which nonces were used in the last LIFE seconds"""

    def __init__(self):
        self.until = {}
        self.lock = threading.Lock()

    def add(self, nonce, created):
        """Whether the nonce is new"""
        with self.lock:
            now = time.time()
            self.until = {n: t for n, t in self.until.items() if t >= now}
            if nonce in self.until:
                return False
            self.until[nonce] = created + LIFE
            return True


class Orders(http.server.BaseHTTPRequestHandler):
    key = None
    seen = Seen()
    timeout = 10

    def wrong(self, body):
        """Why the request is refused, or None"""
        given = INPUT.fullmatch(self.headers.get("Signature-Input", ""))
        signature = SIGNATURE.fullmatch(self.headers.get("Signature", ""))
        if not given or not signature:
            return "it is not signed"
        if self.headers.get("Content-Digest") != digest(body):
            return "the body is another one"
        parameters, created, nonce = given.groups()
        try:
            self.key.verify(
                base(self.command, self.headers.get("Host", "").lower(),
                     self.path, body, parameters),
                base64.b64decode(signature[1]))
        except (TagMismatch, ValueError):
            return "the signature does not match"
        if abs(time.time() - int(created)) > LIFE:
            return "it is too old"
        if not self.seen.add(nonce, int(created)):
            return "it was there before"
        return None

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,5}", length) or int(length) > BODY_MAX:
            self.send_error(413)
            return
        wrong = self.wrong(self.rfile.read(int(length)))
        if wrong:
            self.send_error(401, wrong)
            return
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def serve(address, port):
    Orders.key = Key.from_env()
    http.server.ThreadingHTTPServer((address, int(port)), Orders).serve_forever()


def post(address, port, body, headers):
    """The status of the reply and its reason"""
    connection = http.client.HTTPConnection(address, int(port), timeout=30)
    connection.request("POST", "/orders", body, headers)
    reply = connection.getresponse()
    connection.close()
    return reply.status, reply.reason


def send(address, port, order):
    body = order.encode()
    headers = sign(Key.from_env(), "POST", f"{address}:{port}", "/orders", body)
    print(*post(address, port, body, headers))


if __name__ == "__main__":
    {"serve": serve, "send": send}[sys.argv[1]](*sys.argv[2:])
