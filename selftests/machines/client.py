# SPDX-License-Identifier: GPL-2.0
"""client.py signer|stranger ADDRESS PORT: send requests to orders.py.

Prints a line of TAP, without its number, for each.
"""

import socket
import sys
import time
from unittest import mock

import orders
from hmacdev import Key

LIMIT = 300  # seconds in which the service must start
BODY = b"ten apples"


class Client:
    def __init__(self, name, address, port):
        self.name, self.address, self.port = name, address, port
        self.key = Key.from_env()

    def headers(self, body=BODY):
        return orders.sign(self.key, "POST", f"{self.address}:{self.port}",
                           "/orders", body)

    def expect(self, what, status, reason, headers, body=BODY):
        got = orders.post(self.address, self.port, body, headers)
        passed = got == (status, reason)
        if not passed:
            print("#", *got)
        print("ok" if passed else "not ok", f"{self.name}: {what}", flush=True)


def wait(address, port):
    end = time.monotonic() + LIMIT
    while True:
        try:
            socket.create_connection((address, port), 5).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def signer(client):
    headers = client.headers()
    client.expect("a signed request", 200, "OK", headers)
    client.expect("the same again", 401, "it was there before", headers)
    client.expect("another signed request", 200, "OK", client.headers())
    client.expect("another body", 401, "the body is another one",
                  client.headers(), b"no apples")
    changed = orders.digest(b"no apples")
    client.expect("another body and its digest", 401,
                  "the signature does not match",
                  client.headers() | {"Content-Digest": changed}, b"no apples")
    client.expect("no signature", 401, "it is not signed", {})
    with mock.patch.object(time, "time", return_value=time.time() - 3600):
        old = client.headers()
    client.expect("an old request", 401, "it is too old", old)


def stranger(client):
    client.expect("a request with another key", 401,
                  "the signature does not match", client.headers())


if __name__ == "__main__":
    role, host, number = sys.argv[1:]
    wait(host, int(number))
    globals()[role](Client(role, host, int(number)))
