#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs CPython's own test_hmac against hmacdev.hmac.

Debian's libpython3.*-testsuite has it. Each of its tests runs as it is, with
hmacdev.hmac as the module hmac. SOFTWARE lists the tests in which our module uses
the standard library, with the reason. LEFT_OUT lists the tests that do not run,
with the reason, and must not become longer.
"""

import errno
import hashlib
import hmac as standard
import os
import pickle
import resource
import sys
import unittest

import taptest

import hmacdev
from hmacdev import hmac

LEFT_OUT = {}
LEFT_OUT_MAX = 0

SOFTWARE = {
    "TestVectorsTestCase.test_legacy_block_size_warnings": "hashes of its own",
    "TestVectorsTestCase.test_with_fallback": "hashes of its own",
}


def name_of(test):
    return test.id().removeprefix("test.test_hmac.")


def cpython():
    """Return CPython's tests in a list, with our module as the module hmac."""
    sys.modules["hmac"] = hmac
    try:
        import test.test_hmac as module
    finally:
        sys.modules["hmac"] = standard
    tests = []
    suites = [unittest.defaultTestLoader.loadTestsFromModule(module)]
    for suite in suites:
        for test in suite:
            (suites if isinstance(test, unittest.TestSuite) else tests).append(
                test
            )
    return tests


class Watched(unittest.TestSuite):
    """A suite that notes which of its tests used which backend."""

    kernel = set()
    software = set()

    def run(self, result, debug=False):
        software, use_message = hmac._software, hmac.use_message

        def note_software(reason):
            self.software.add(self.now)
            return software(reason)

        def note_kernel(*args):
            self.kernel.add(self.now)
            return use_message(*args)

        hmac._software, hmac.use_message = note_software, note_kernel
        for test in self:
            self.now = name_of(test)
            test.run(result)
        hmac._software, hmac.use_message = software, use_message
        return result


class Suite(unittest.TestCase):
    """What CPython's tests used. This runs after them."""

    def test_left_out(self):
        self.assertLessEqual(len(LEFT_OUT), LEFT_OUT_MAX)
        self.assertLessEqual(set(LEFT_OUT), NAMES)

    def test_all_tests_are_there(self):
        self.assertGreaterEqual(len(NAMES), 26)

    def test_kernel_was_used(self):
        self.assertGreater(len(Watched.kernel), 15)

    def test_software_was_used_only_where_listed(self):
        self.assertEqual(Watched.software, set(SOFTWARE) & NAMES)


class Module(unittest.TestCase):
    """What hmacdev.hmac has and the standard library does not."""

    def tearDown(self):
        hmac.strict = False

    def test_names(self):
        for name in (n for n in dir(standard) if not n.startswith("_")):
            self.assertTrue(hasattr(hmac, name), name)
        self.assertIs(hmac.compare_digest, standard.compare_digest)
        self.assertEqual(hmac.trans_5C, standard.trans_5C)

    def test_every_hash(self):
        for name in sorted(hashlib.algorithms_guaranteed):
            if name.startswith("shake"):
                continue
            with self.subTest(name):
                ours = hmac.new(b"key", b"message", name)
                theirs = standard.new(b"key", b"message", name)
                blake = name.startswith("blake2")
                self.assertEqual(ours.backend, ["kernel", "software"][blake])
                self.assertEqual(ours.digest(), theirs.digest())
                self.assertEqual(ours.name, theirs.name)
                self.assertEqual(ours.digest_size, theirs.digest_size)
                self.assertEqual(ours.block_size, theirs.block_size)
                self.assertEqual(
                    hmac.digest(b"key", b"message", name), theirs.digest()
                )

    def test_copy_keeps_the_backend(self):
        for digestmod in ("sha256", "blake2b", lambda: hashlib.sha256()):
            h = hmac.new(b"key", digestmod=digestmod)
            self.assertEqual(h.copy().backend, h.backend)

    def test_strict(self):
        hmac.strict = True
        hmac.new(b"key", digestmod="sha256")
        hmac.digest(b"key", b"", "sha256")
        for digestmod in (
            "blake2b",
            lambda d=b"": hashlib.sha256(d),
            hashlib,
            "sha256" * 8,
        ):
            with self.assertRaises(hmacdev.AlgorithmError):
                hmac.new(b"key", digestmod=digestmod)
            with self.assertRaises(hmacdev.AlgorithmError):
                hmac.digest(b"key", b"", digestmod)

    def test_unknown_hash(self):
        for call in (
            lambda: hmac.new(b"key", digestmod="sha257"),
            lambda: hmac.digest(b"key", b"", "sha257"),
        ):
            self.assertRaises(ValueError, call)

    def test_types(self):
        for call in (
            lambda m: m.new("key", digestmod="sha256"),
            lambda m: m.new(b"key", "message", "sha256"),
            lambda m: m.new(b"key", digestmod="sha256").update("message"),
            lambda m: m.new(b"key", digestmod="sha256").update(None),
            lambda m: m.new(memoryview(b"key"), digestmod="sha256"),
            lambda m: m.digest("key", b"", "sha256"),
            lambda m: m.digest(b"key", "", "sha256"),
            lambda m: m.digest(b"key", None, "sha256"),
            lambda m: m.new(b"key"),
            lambda m: m.new(),
        ):
            for module in (standard, hmac):
                self.assertRaises(TypeError, call, module)

    def test_sizes_of_keys_and_messages(self):
        for size in (0, 1, 63, 64, 65, 65536, 65537, 200000):
            data = bytes(size)
            with self.subTest(size):
                h = hmac.new(data, data, "sha256")
                self.assertEqual(
                    h.backend, "kernel" if size <= 65536 else "software"
                )
                tag = standard.digest(data, data, "sha256")
                self.assertEqual(h.digest(), tag)
                self.assertEqual(hmac.digest(data, data, "sha256"), tag)

    def test_limit_of_descriptors(self):
        h = hmac.new(b"key", digestmod="sha256")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            fallen = hmac.new(b"key", b"message", "sha256")
            with self.assertRaises(OSError) as caught:
                h.copy()
            hmac.strict = True
            with self.assertRaises(hmacdev.Error) as strict:
                hmac.new(b"key", digestmod="sha256")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.assertEqual(caught.exception.errno, errno.EMFILE)
        self.assertEqual(strict.exception.errno, errno.EMFILE)
        self.assertEqual(fallen.backend, "software")
        self.assertEqual(
            fallen.digest(), standard.digest(b"key", b"message", "sha256")
        )

    def test_no_device(self):
        os.rename("/dev/hmac", "/dev/hmac-away")
        try:
            h = hmac.new(b"key", b"message", "sha256")
            self.assertRaises(hmacdev.DeviceError, hmacdev.Key, b"key")
            hmac.strict = True
            with self.assertRaises(hmacdev.DeviceError):
                hmac.new(b"key", digestmod="sha256")
        finally:
            os.rename("/dev/hmac-away", "/dev/hmac")
        self.assertEqual(h.backend, "software")

    def test_pickle(self):
        for module in (standard, hmac):
            with self.assertRaises(TypeError):
                pickle.dumps(module.new(b"key", digestmod="sha256"))

    def test_subclass(self):
        class Mine(hmac.HMAC):
            pass

        h = Mine(b"key", b"message", "sha256")
        self.assertIsInstance(h.copy(), Mine)
        self.assertIsInstance(h, standard.HMAC)


if __name__ == "__main__":
    CPYTHON = cpython()
    NAMES = {name_of(test) for test in CPYTHON}
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    taptest.main(
        unittest.TestSuite(
            [
                Watched(t for t in CPYTHON if name_of(t) not in LEFT_OUT),
                load(Suite),
                load(Module),
            ]
        )
    )
