#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Measures hmacdev's Python package beside hmac and pyca/cryptography.

python.py SITE: SITE is the directory of the package. Prints a section of
RESULTS.md, and fails if a target is missed. Runs in a guest that counts
instructions, where one nanosecond of CLOCK_MONOTONIC is one instruction. Ways take
turns; the median of the rounds counts.
"""

import hmac
import itertools
import platform
import statistics
import sys
import time

import cryptography
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC as PycaHMAC

sys.path.insert(0, sys.argv[1])

import hmacdev  # noqa: E402
from hmacdev import hazmat  # noqa: E402

SIZES = 64, 1024, 1048576
BATCH = 64
ROUNDS = 5
ROUND = 4000000  # instructions, about
SECRET = bytes(range(32))
SHA256 = hashes.SHA256()


def pyca(message):
    h = PycaHMAC(SECRET, SHA256)
    h.update(message)
    return h.finalize()


def kernel_pyca(message):
    h = hazmat.HMAC(SECRET, SHA256)
    h.update(message)
    return h.finalize()


def ways(key, message):
    """Yield the name of each way, the call, and its number of messages."""
    good = key.sign(message)
    yield "hmac.digest", lambda: hmac.digest(SECRET, message, "sha256"), 1
    yield (
        "hmac.new().digest",
        lambda: hmac.new(SECRET, message, "sha256").digest(),
        1,
    )
    yield "pyca HMAC", lambda: pyca(message), 1
    yield "Key.sign", lambda: key.sign(message), 1
    yield "Key.verify", lambda: key.verify(message, good), 1
    if len(message) <= 1024:
        entries = [message] * BATCH
        yield f"Key.batch of {BATCH}", lambda: key.batch(entries), BATCH
    yield (
        "hmacdev.hmac.digest",
        lambda: hmacdev.hmac.digest(SECRET, message, "sha256"),
        1,
    )
    yield (
        "hmacdev.hmac.new().digest",
        lambda: hmacdev.hmac.new(SECRET, message, "sha256").digest(),
        1,
    )
    yield "hmacdev.hazmat.HMAC", lambda: kernel_pyca(message), 1


def measure(call, count):
    start = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    for _ in itertools.repeat(None, count):
        call()
    return (time.clock_gettime_ns(time.CLOCK_MONOTONIC) - start) / count


def table():
    """Measure, and return the cost of a message by way and size."""
    key = hmacdev.Key(SECRET)
    costs = {}
    for size in SIZES:
        chosen = list(ways(key, bytes(size)))
        counts = [max(1, int(ROUND / measure(c, 3))) for _, c, _ in chosen]
        values = [[] for _ in chosen]
        for _ in range(ROUNDS):
            for i, (_, call, messages) in enumerate(chosen):
                values[i].append(measure(call, counts[i]) / messages)
        for (name, _, _), figures in zip(chosen, values):
            costs.setdefault(name, {})[size] = statistics.median(figures)
    return costs


def row(*columns):
    print("| " + " | ".join(columns) + " |")


def main():
    costs = table()
    print(f"""
## Python

Instructions a message, HMAC-SHA256 with a key of 32 bytes, in one process of
Python {platform.python_version()} under Linux {platform.release()}, with
cryptography {cryptography.__version__}. hmac.digest(), hmac.new() and the classes
HMAC get the key with each message, as programs use them; Key has it.
""")
    row("bytes", *(f"{size:,}" for size in SIZES))
    row("---", *("---:" for _ in SIZES))
    for name, figures in costs.items():
        row(name, *(f"{figures[s]:,.0f}" if s in figures else "" for s in SIZES))
    print()
    missed = 0
    limit = costs["hmac.digest"][64]
    row("What", "Target", "Limit", "Measured", "")
    row("---", "---", "---:", "---:", "---")
    for name, factor in ("Key.sign", 1.15), (f"Key.batch of {BATCH}", 1):
        cost = costs[name][64]
        passed = cost <= factor * limit
        missed += not passed
        row(
            f"{name}, 64 bytes",
            "hmac.digest()" + f" x {factor}" * (factor > 1),
            f"{factor * limit:.0f}",
            f"{cost:.0f}",
            "pass" if passed else "MISSED",
        )
    return missed


if __name__ == "__main__":
    sys.exit(main())
