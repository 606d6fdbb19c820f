#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests for hmacdev.hazmat against pyca/cryptography and its vectors."""

import importlib
import random
import sys
import unittest

import cryptography_vectors
from cryptography import exceptions
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC as Theirs

import taptest

import hmacdev
from hmacdev import hazmat
from hmacdev.hazmat import HMAC as Ours

STEPS = 10000

HASHES = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha3-224": hashes.SHA3_224(),
    "sha3-256": hashes.SHA3_256(),
    "sha3-384": hashes.SHA3_384(),
    "sha3-512": hashes.SHA3_512(),
}

VECTORS = {
    "md5": "rfc-2202-md5",
    "sha1": "rfc-2202-sha1",
    "ripemd160": "rfc-2286-ripemd160",
    "sha224": "rfc-4231-sha224",
    "sha256": "rfc-4231-sha256",
    "sha384": "rfc-4231-sha384",
    "sha512": "rfc-4231-sha512",
}


def read_vectors(name):
    """Yield key, message and tag of each vector in a file."""
    fields = {}
    path = f"HMAC/{name}.txt"
    with cryptography_vectors.open_vector_file(path, "r") as file:
        for line in file:
            word, equals, value = line.partition(" = ")
            if equals and not word.startswith("#"):
                fields[word] = value.strip()
            if word == "MD":
                yield [bytes.fromhex(fields[f]) for f in ("Key", "Msg", "MD")]


class Vectors(unittest.TestCase):
    def test_vectors(self):
        for name, file in VECTORS.items():
            with self.subTest(name):
                n = 0
                for key, message, tag in read_vectors(file):
                    h = Ours(key, name)
                    h.update(message)
                    h.copy().verify(tag)
                    self.assertEqual(h.finalize(), tag)
                    n += 1
                self.assertGreaterEqual(n, 6)


class Behaviour(unittest.TestCase):
    def test_classes(self):
        for name in ("AlreadyFinalized", "InvalidSignature"):
            self.assertIs(getattr(hazmat, name), getattr(exceptions, name))
        self.assertIs(
            hazmat.UnsupportedAlgorithm, exceptions.UnsupportedAlgorithm
        )
        self.assertIsInstance(Ours(b"", "sha256"), hashes.HashContext)

    def test_algorithm(self):
        for wrong in (hashes.SHA256, None, 5, b"sha256", hashes):
            self.assertRaises(TypeError, Ours, b"key", wrong)
        algorithm = hashes.SHA256()
        self.assertIs(Ours(b"key", algorithm).algorithm, algorithm)
        self.assertIs(Ours(b"key", algorithm).copy().algorithm, algorithm)

    def test_backend(self):
        tag = Ours(b"key", "sha256").finalize()
        self.assertEqual(Ours(b"key", "sha256", None).finalize(), tag)
        self.assertEqual(Ours(b"key", "sha256", object()).finalize(), tag)
        self.assertEqual(Ours(b"key", "sha256", backend=0).finalize(), tag)

    def test_unsupported(self):
        class Dummy(hashes.HashAlgorithm):
            name, digest_size, block_size = "dummy-hash", 32, 64

        for algorithm in (Dummy(), hashes.BLAKE2b(64), "sha257"):
            with self.assertRaises(exceptions.UnsupportedAlgorithm) as caught:
                Ours(b"key", algorithm)
            self.assertIs(
                caught.exception._reason,
                exceptions._Reasons.UNSUPPORTED_HASH,
            )

    def test_finalized(self):
        def verified():
            h = Ours(b"key", hashes.SHA256())
            h.verify(Theirs(b"key", hashes.SHA256()).finalize())
            return h

        def refuted():
            h = Ours(b"key", hashes.SHA256())
            self.assertRaises(exceptions.InvalidSignature, h.verify, b"")
            return h

        def finalized():
            h = Ours(b"key", hashes.SHA256())
            h.finalize()
            return h

        for make in (verified, refuted, finalized):
            h = make()
            for call in (
                lambda: h.update(b"more"),
                h.copy,
                h.finalize,
                lambda: h.verify(b""),
            ):
                self.assertRaises(exceptions.AlreadyFinalized, call)

    def test_finalized_by_another_thread(self):
        for end in (
            lambda message: message.finalize(),
            lambda message: message.close(),
        ):
            for call in (
                lambda h: h.update(b"more"),
                lambda h: h.copy(),
                lambda h: h.finalize(),
                lambda h: h.verify(b""),
            ):
                h = Ours(b"key", "sha256")
                # What the other thread has done so far
                end(h._message)
                self.assertRaises(exceptions.AlreadyFinalized, call, h)

    def test_types(self):
        for call in (
            lambda: Ours("key", "sha256"),
            lambda: Ours(b"key", "sha256").update("text"),
            lambda: Ours(b"key", "sha256").update(None),
            lambda: Ours(b"key", "sha256").verify("text"),
            lambda: Ours(b"key", "sha256").verify(bytearray(32)),
            lambda: Ours(b"key"),
        ):
            self.assertRaises(TypeError, call)

    def test_key_in_the_kernel(self):
        key = hmacdev.Key(b"key")
        want = Theirs(b"key", hashes.SHA256()).finalize()
        for handle in (key, hmacdev.KernelKey(key)):
            self.assertEqual(Ours(handle, hashes.SHA256()).finalize(), want)
            self.assertRaises(ValueError, Ours, handle, hashes.SHA1())
        verifier = key.copy(hmacdev.Rights.VERIFY | hmacdev.Rights.COPY)
        Ours(verifier, "sha256").verify(want)
        h = Ours(verifier, "sha256")
        self.assertRaises(hmacdev.RightError, h.finalize)
        h.verify(want)

    def test_without_pyca(self):
        hidden = {
            name: sys.modules.pop(name)
            for name in list(sys.modules)
            if name.partition(".")[0] == "cryptography"
        }
        del sys.modules["hmacdev.hazmat"]
        sys.modules["cryptography"] = None
        try:
            own = importlib.import_module("hmacdev.hazmat")
        finally:
            sys.modules.update(hidden)
            sys.modules["hmacdev.hazmat"] = hazmat
        h = own.HMAC(b"key", "sha256")
        self.assertRaises(own.InvalidSignature, h.verify, b"")
        self.assertRaises(own.AlreadyFinalized, h.finalize)
        with self.assertRaises(own.UnsupportedAlgorithm):
            own.HMAC(b"key", "blake2b")
        self.assertRaises(TypeError, own.HMAC, b"key", hashes.SHA256)
        self.assertIsNot(own.InvalidSignature, exceptions.InvalidSignature)


class Pair:
    """The same object of both libraries, and whether it is finalized."""

    def __init__(self, ours, theirs, ended=False):
        self.ours, self.theirs, self.ended = ours, theirs, ended


class Differential(unittest.TestCase):
    """Makes the same random calls on both libraries."""

    def both(self, ours, theirs):
        """Return both results, which must be of the same kind."""
        results = []
        for call in (ours, theirs):
            try:
                results.append(call())
            except Exception as error:
                results.append(type(error))
        kinds = [r if isinstance(r, type) else type(r) for r in results]
        if not {Ours, Theirs} & set(kinds):
            self.assertEqual(*results, self.log[-8:])
        return results

    def make(self, rng):
        key = rng.randbytes(rng.choice((0, 1, 20, 32, 64, 65, 128, 129, 300)))
        key = rng.choice((bytes, bytearray, memoryview))(key)
        if rng.random() < 0.02:
            key = rng.choice(("text", None, 5))
        algorithm = rng.choice(list(HASHES.values()))
        if rng.random() < 0.02:
            algorithm = rng.choice((hashes.SHA256, None, b"sha256"))
        ours, theirs = self.both(
            lambda: Ours(key, algorithm), lambda: Theirs(key, algorithm)
        )
        if isinstance(ours, Ours):
            self.assertIsInstance(theirs, Theirs)
            return Pair(ours, theirs)
        return None

    def update(self, rng, pair):
        data = rng.randbytes(rng.choice((0, 1, 63, 64, 65, 1000, 5000)))
        data = rng.choice((bytes, bytearray, memoryview))(data)
        # After the end, versions of pyca disagree on which error comes first.
        if rng.random() < 0.05 and not pair.ended:
            data = rng.choice(("text", None, 5, []))
        self.both(
            lambda: pair.ours.update(data), lambda: pair.theirs.update(data)
        )

    def copy(self, rng, pair):
        ours, theirs = self.both(pair.ours.copy, pair.theirs.copy)
        if pair.ended:
            self.assertIs(ours, exceptions.AlreadyFinalized)
            return None
        return Pair(ours, theirs)

    def finalize(self, rng, pair):
        self.both(pair.ours.finalize, pair.theirs.finalize)
        pair.ended = True

    def verify(self, rng, pair):
        tag = rng.randbytes(rng.choice((0, 16, 20, 32, 64)))
        if not pair.ended and rng.random() < 0.5:
            tag = pair.theirs.copy().finalize()
        if not pair.ended and rng.random() < 0.1:
            tag = rng.choice(("text", None, bytearray(tag)))
        self.both(
            lambda: pair.ours.verify(tag), lambda: pair.theirs.verify(tag)
        )
        pair.ended = pair.ended or isinstance(tag, bytes)

    def test_random_calls(self):
        seed = random.SystemRandom().randrange(2**32)
        rng = random.Random(seed)
        print(f"# seed {seed}", flush=True)
        pairs, self.log = [], []
        calls = (self.update,) * 6 + (self.copy, self.finalize, self.verify)
        for step in range(STEPS):
            if not pairs or rng.random() < 0.1:
                self.log.append("make")
                new = self.make(rng)
            else:
                call = rng.choice(calls)
                self.log.append(call.__name__)
                new = call(rng, rng.choice(pairs))
            if new:
                pairs.append(new)
            if len(pairs) > 50:
                pairs.pop(rng.randrange(len(pairs)))


if __name__ == "__main__":
    taptest.main()
