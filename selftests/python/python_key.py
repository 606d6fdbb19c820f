#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests for hmacdev.Key and hmacdev.Message."""

import array
import copy
import errno
import gc
import hashlib
import hmac
import os
import pickle
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

import taptest
import keyring

import hmacdev
from hmacdev import Key, Rights

def tag(key, message, name="sha256"):
    return hmac.digest(key, message, name)


def open_fds():
    return len(os.listdir("/proc/self/fd"))


class Signing(unittest.TestCase):
    def setUp(self):
        self.key = Key(b"key")

    def test_sign(self):
        for data in (b"", b"message", bytearray(9), memoryview(bytes(5000))):
            self.assertEqual(self.key.sign(data), tag(b"key", data))
        view = array.array("I", [1, 2, 3])
        self.assertEqual(self.key.sign(view), tag(b"key", view.tobytes()))

    def test_verify(self):
        good = tag(b"key", b"message")
        self.assertIsNone(self.key.verify(b"message", good))
        self.assertIs(self.key.is_valid(b"message", bytearray(good)), True)
        for bad in (b"", good[:-1], good + b"x", bytes(32), b"x" * 100):
            self.assertIs(self.key.is_valid(b"message", bad), False)
            with self.assertRaises(hmacdev.TagMismatch) as caught:
                self.key.verify(b"message", bad)
            self.assertEqual(caught.exception.errno, errno.EBADMSG)

    def test_every_algorithm(self):
        usable = [a for a in hmacdev.algorithms() if a.available]
        self.assertGreaterEqual(len(usable), 8)
        for alg in usable:
            try:
                key = Key(b"key", alg.name)
            except hmacdev.AlgorithmError:
                continue  # tried now, and not there
            self.assertEqual(key.algorithm, alg.name)
            self.assertEqual(key.digest_size, alg.digest_size)
            self.assertEqual(key.block_size, alg.block_size)
            self.assertEqual(len(key.sign(b"")), alg.digest_size)
            name = alg.name.replace("sha3-", "sha3_")
            if name in hashlib.algorithms_guaranteed:
                self.assertEqual(key.sign(b"m"), tag(b"key", b"m", name))

    def test_tag_size(self):
        key = Key(b"key", tag_size=16)
        self.assertEqual((key.tag_size, key.digest_size), (16, 32))
        self.assertEqual(key.sign(b"m"), tag(b"key", b"m")[:16])
        self.assertFalse(key.is_valid(b"m", tag(b"key", b"m")))
        self.assertEqual(key.copy().tag_size, 16)
        self.assertEqual(key.message().finalize(), tag(b"key", b"")[:16])
        for size in (1, 9, 33, -1, 2**40):
            with self.assertRaises(hmacdev.ArgumentError):
                Key(b"key", tag_size=size)

    def test_batch(self):
        good = tag(b"key", b"m")
        entries = [b"a", (b"m", good), (b"m", good[1:]), bytearray(b"b")]
        self.assertEqual(
            self.key.batch(entries),
            [tag(b"key", b"a"), True, False, tag(b"key", b"b")],
        )
        self.assertEqual(self.key.batch([]), [])
        self.assertEqual(self.key.batch(iter([b"a"])), [tag(b"key", b"a")])
        many = [str(i).encode() for i in range(2500)]
        tags = self.key.batch(many)
        self.assertEqual(tags[-1], tag(b"key", many[-1]))
        self.assertTrue(all(self.key.batch(zip(many, tags))))

    def test_batch_list_is_new(self):
        found = []

        def entries():
            first = bytearray(b"a")
            yield first
            found.extend(
                owner
                for owner in gc.get_referrers(first)
                if isinstance(owner, list)
            )
            yield b"b"

        results = self.key.batch(entries())
        self.assertEqual(results, [tag(b"key", b"a"), tag(b"key", b"b")])
        self.assertFalse(any(owner is results for owner in found))

    def test_batch_types(self):
        for entries in (
            None,
            5,
            "text",
            [1],
            ["text"],
            [b"a", None],
            [(b"a",)],
            [(b"a", b"b", b"c")],
            [(b"a", "b")],
            [("a", b"b")],
        ):
            self.assertRaises(TypeError, self.key.batch, entries)

    def test_batch_without_right(self):
        verifier = self.key.copy(Rights.VERIFY)
        good = tag(b"key", b"m")
        self.assertEqual(verifier.batch([(b"m", good)]), [True])
        with self.assertRaises(hmacdev.RightError):
            verifier.batch([(b"m", good), b"m"])

    def test_message(self):
        message = self.key.message()
        message.update(b"mes")
        self.assertEqual(message.digest(), tag(b"key", b"mes"))
        other = message.copy()
        message.update(memoryview(b"sage"))
        self.assertEqual(message.hexdigest(), tag(b"key", b"message").hex())
        self.assertEqual(other.digest(), tag(b"key", b"mes"))
        message.verify(tag(b"key", b"message"))
        for call in (message.digest, message.finalize, message.copy):
            with self.assertRaises(hmacdev.FinalizedError):
                call()
        with self.assertRaises(hmacdev.FinalizedError):
            message.update(b"more")
        self.assertEqual(other.finalize(), tag(b"key", b"mes"))
        self.assertEqual(other.name, "hmac-sha256")
        with self.assertRaises(hmacdev.TagMismatch):
            self.key.message().verify(b"")

    def test_messages_are_independent(self):
        one, two = self.key.message(), self.key.message()
        one.update(b"1")
        two.update(b"2")
        self.assertEqual(one.digest(), tag(b"key", b"1"))
        self.assertEqual(self.key.sign(b"3"), tag(b"key", b"3"))

    def test_files(self):
        with tempfile.NamedTemporaryFile() as file:
            data = os.urandom(100000)
            file.write(data)
            file.flush()
            whole, rest = tag(b"key", data), tag(b"key", data[99999:])
            self.assertEqual(self.key.sign_file(file.name), whole)
            file.seek(99999)
            self.assertEqual(self.key.sign_file(file), rest)
            verifier = self.key.copy(Rights.VERIFY | Rights.COPY)
            for key in (self.key, verifier, self.key.copy(Rights.VERIFY)):
                key.verify_file(file.name, whole)
                with self.assertRaises(hmacdev.TagMismatch):
                    key.verify_file(file.name, rest)
            with self.assertRaises(hmacdev.RightError):
                verifier.sign_file(file.name)
            self.assertEqual(
                self.key.copy(Rights.SIGN).sign_file(file.name), whole
            )

    def test_files_that_fail(self):
        before = open_fds()
        for name, number in (
            ("/nonexistent", errno.ENOENT),
            ("/", errno.EISDIR),
            ("/proc/self/mem", errno.EIO),
            (999, errno.EBADF),
        ):
            with self.assertRaises(OSError) as caught:
                self.key.sign_file(name)
            self.assertEqual(caught.exception.errno, number)
            self.assertNotIsInstance(caught.exception, hmacdev.Error)
        self.assertEqual(open_fds(), before)

    def test_pipe_that_is_not_ready(self):
        whole = tag(b"key", b"onetwo")
        for call in (
            lambda r: self.assertEqual(self.key.sign_file(r), whole),
            lambda r: self.assertEqual(
                self.key.copy(Rights.SIGN).sign_file(r), whole
            ),
            lambda r: self.key.copy(Rights.VERIFY).verify_file(r, whole),
        ):
            r, w = os.pipe()
            os.set_blocking(r, False)
            with self.assertRaises(BlockingIOError):
                self.key.message().update_fd(r)
            writer = subprocess.Popen(
                ["sh", "-c", "printf one; sleep 0.2; printf two"], stdout=w
            )
            os.close(w)
            call(r)
            writer.wait()
            os.close(r)

    def test_update_fd_limit(self):
        r, w = os.pipe()
        os.write(w, b"message")
        message = self.key.message()
        self.assertEqual(message.update_fd(r, 3), 3)
        self.assertEqual(message.digest(), tag(b"key", b"mes"))
        os.close(w)
        self.assertEqual(message.update_fd(r), 4)
        self.assertEqual(message.update_fd(r), 0)
        self.assertEqual(message.digest(), tag(b"key", b"message"))
        os.close(r)


class Restricting(unittest.TestCase):
    def test_rights(self):
        key = Key(b"key")
        self.assertEqual(key.rights, Rights.SIGNER)
        self.assertIsInstance(key.rights, Rights)
        verifier = key.copy(Rights.VERIFY)
        self.assertEqual(verifier.rights, Rights.VERIFY)
        for call in (
            lambda: verifier.sign(b""),
            verifier.copy,
            verifier.message,
            lambda: verifier.derive(b""),
            lambda: verifier.batch([b""]),
        ):
            with self.assertRaises(hmacdev.RightError) as caught:
                call()
            self.assertIsInstance(caught.exception, PermissionError)
            self.assertEqual(caught.exception.errno, errno.EPERM)
        verifier.restrict(~0)
        self.assertEqual(verifier.rights, Rights.VERIFY)
        verifier.restrict(0)
        with self.assertRaises(hmacdev.RightError):
            verifier.is_valid(b"", b"")
        with self.assertRaises(hmacdev.RightError):
            Key(b"key", rights=Rights.DERIVER).sign(b"")

    def test_restrict_reaches_who_shares(self):
        key = Key(b"key")
        shared = Key.from_fd(os.dup(key.fileno()))
        copied = key.copy()
        key.restrict(Rights.VERIFY)
        self.assertEqual(shared.rights, Rights.VERIFY)
        self.assertEqual(copied.rights, Rights.SIGNER)

    def test_masks(self):
        master = Key(b"key", rights=Rights.DERIVER)
        serial = keyring.add("user", "masks", bytes(32))
        for rights in (
            0,
            -1,
            Rights.SIGN | Rights.DERIVE,
            0x100,
            1 << 32 | Rights.SIGN,
        ):
            for call in (
                lambda: Key(b"key", rights=rights),
                lambda: Key.from_keyring(serial, rights=rights),
                lambda: Key.random(rights=rights),
                lambda: master.derive(b"label", rights=rights),
            ):
                with self.assertRaises(hmacdev.ArgumentError):
                    call()

    def test_derive(self):
        master = Key(b"key", rights=Rights.DERIVER)
        child = master.derive(b"label")
        self.assertEqual(child.rights, Rights.SIGNER)
        self.assertEqual(child.sign(b"m"), tag(tag(b"key", b"label"), b"m"))
        other = master.derive(
            b"label", "sha512", rights=Rights.VERIFY, tag_size=20
        )
        self.assertEqual(other.tag_size, 20)
        other.verify(b"m", tag(tag(b"key", b"label"), b"m", "sha512")[:20])
        for bad, error in (
            ({"algorithm": "sha257"}, hmacdev.AlgorithmError),
            ({"rights": Rights.SIGN | Rights.DERIVE}, hmacdev.ArgumentError),
            ({"rights": 0}, hmacdev.ArgumentError),
            ({"tag_size": 1}, hmacdev.ArgumentError),
        ):
            self.assertRaises(error, master.derive, b"label", **bad)
        self.assertRaises(TypeError, master.derive, "label")


class Sources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.payload = os.urandom(32)
        cls.serial = keyring.add("logon", "hmac:test", cls.payload)

    def test_keyring(self):
        want = tag(self.payload, b"m")
        for name in (self.serial, str(self.serial), "%logon:hmac:test"):
            self.assertEqual(Key.from_keyring(name).sign(b"m"), want)

    def test_keyring_outside_of_the_session(self):
        # A new session keyring does not have the user keyring.
        pid = os.fork()
        if not pid:
            try:
                keyring.new_session()
                key = Key.from_keyring("%logon:hmac:test")
                os._exit(key.sign(b"m") != tag(self.payload, b"m"))
            except BaseException:
                os._exit(2)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)

    def test_keyring_errors(self):
        revoked = keyring.add("user", "revoked", b"0123456789abcdef")
        keyring.revoke(revoked)
        wrong = keyring.add("logon", "other:x", b"0123456789abcdef")
        for name, number in (
            ("%logon:hmac:nothing", errno.ENOKEY),
            (0x7FFFFFF0, errno.ENOKEY),
            (revoked, errno.EKEYREVOKED),
            (wrong, errno.EKEYREJECTED),
        ):
            with self.assertRaises(hmacdev.KeyUnavailableError) as caught:
                Key.from_keyring(name)
            self.assertEqual(caught.exception.errno, number)
        for name in ("", "%", "%logon", "%:x", "%logon:", "logon:hmac:test"):
            self.assertRaises(ValueError, Key.from_keyring, name)
        for serial in (0, -5):
            with self.assertRaises(hmacdev.ArgumentError):
                Key.from_keyring(serial)

    def test_random(self):
        one, two = Key.random(), Key.random()
        self.assertNotEqual(one.sign(b""), two.sign(b""))
        self.assertTrue(one.copy().is_valid(b"", one.sign(b"")))
        Key.random("sha512", size=65536, tag_size=32)
        with self.assertRaises(hmacdev.ArgumentError):
            Key.random(size=65537)

    def test_sizes_of_keys(self):
        for size in (0, 1, 64, 65, 65536):
            self.assertEqual(
                Key(bytes(size)).sign(b"m"), tag(bytes(size), b"m")
            )
        with self.assertRaises(hmacdev.ArgumentError):
            Key(bytes(65537))

    def test_fd(self):
        key = Key(b"key")
        fd = os.dup(key.fileno())
        other = Key.from_fd(fd)
        self.assertEqual(other.fileno(), fd)
        self.assertFalse(os.get_inheritable(fd))
        other.close()
        self.assertRaises(OSError, os.fstat, fd)
        for number in (2**32 + key.fileno(), 2**64, -(2**40)):
            self.assertRaises(OverflowError, Key.from_fd, number)
        null = os.open("/dev/null", os.O_RDWR)
        with self.assertRaises(hmacdev.DeviceError):
            Key.from_fd(null)
        os.close(null)
        unkeyed = os.open("/dev/hmac", os.O_RDWR)
        with self.assertRaises(hmacdev.KeyUnavailableError):
            Key.from_fd(unkeyed)
        os.close(unkeyed)
        with self.assertRaises(hmacdev.Error) as caught:
            Key.from_fd(unkeyed)
        self.assertEqual(caught.exception.errno, errno.EBADF)

    def test_env(self):
        program = (
            "import sys; sys.path.insert(0, sys.argv[1]); import hmacdev\n"
            "k = hmacdev.Key.from_env(sys.argv[2] or None)\n"
            "print(k.rights.value, k.is_valid(b'm', bytes.fromhex(sys.argv[3])))"
        )
        for name in ("", "app"):
            said = subprocess.check_output(
                ["hmacdev", "exec", "--keyring", "%logon:hmac:test"]
                + ["--name", "app", "--rights", "verify", "--"]
                + [sys.executable, "-c", program, sys.path[0], name]
                + [tag(self.payload, b"m").hex()],
                text=True,
            )
            self.assertEqual(said, "2 True\n")
        with self.assertRaises(hmacdev.NotPassedError):
            Key.from_env()

    def give(self, server, fd):
        socket.send_fds(server, [b"x"], [fd] if fd is not None else [])

    def test_socket(self):
        key = Key(b"key")
        for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
            ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
            verifier = key.copy(Rights.VERIFY)
            self.give(theirs, verifier.fileno())
            got = Key.from_socket(ours)
            self.assertEqual(got.rights, Rights.VERIFY)
            self.assertFalse(os.get_inheritable(got.fileno()))
            self.give(theirs, key.fileno())
            Key.from_socket(ours, "app")
            self.assertEqual(theirs.recv(100), b"app")
            ours.close()
            theirs.close()

    def test_socket_errors(self):
        before = open_fds()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with open("/dev/null") as null:
            self.give(theirs, null.fileno())
        self.assertRaises(hmacdev.DeviceError, Key.from_socket, ours)
        self.give(theirs, None)
        self.assertRaises(hmacdev.NotPassedError, Key.from_socket, ours)
        for status, wanted in (
            (-errno.EACCES, hmacdev.AccessError),
            (-errno.EDQUOT, hmacdev.Error),
            (0, hmacdev.NotPassedError),
            (errno.EACCES, hmacdev.NotPassedError),
            (-(2**31), hmacdev.NotPassedError),
        ):
            theirs.send(struct.pack("=i", status))
            with self.assertRaises(wanted) as caught:
                Key.from_socket(ours, "app")
            self.assertEqual(theirs.recv(100), b"app")
            number = -status if -4096 < status < 0 else errno.ENODATA
            self.assertEqual(caught.exception.errno, number)
        theirs.send(struct.pack("=ib", -errno.EACCES, 0))
        self.assertRaises(hmacdev.NotPassedError, Key.from_socket, ours)
        theirs.close()
        self.assertRaises(hmacdev.NotPassedError, Key.from_socket, ours)
        ours.close()
        self.assertRaises(OSError, Key.from_socket, "/nonexistent")
        self.assertEqual(open_fds(), before)

    def test_socket_path(self):
        key = Key(b"key")
        with tempfile.TemporaryDirectory() as directory:
            path = directory + "/socket"
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            listener.bind(path)
            listener.listen()
            pid = os.fork()
            if not pid:
                peer, _ = listener.accept()
                if peer.recv(100) == b"app":
                    self.give(peer, key.fileno())
                os._exit(0)
            got = Key.from_socket(path, "app")
            os.waitpid(pid, 0)
            listener.close()
        self.assertEqual(got.sign(b"m"), tag(b"key", b"m"))

    def test_server(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)  # for the server's next user
            path = directory + "/socket"
            with open(directory + "/key", "w") as file:
                file.write("key")
            config = directory + "/config"
            with open(config, "w") as file:
                file.write(
                    f"[app]\nkey-file = {directory}/key\n"
                    f"allow = uid={os.getuid()} rights=verify\n"
                )
            with subprocess.Popen(
                ["hmacdev", "serve", "--config", config, "--socket", path],
                stderr=subprocess.PIPE,
                text=True,
            ) as server:
                try:
                    self.assertIn("ready", server.stderr.readline())
                    got = Key.from_socket(path, "app")
                    with self.assertRaises(hmacdev.AccessError):
                        Key.from_socket(path, "other")
                    with self.assertRaises(hmacdev.Error) as caught:
                        Key.from_socket(path, "a" * 65)
                finally:
                    server.terminate()
        self.assertEqual(caught.exception.errno, errno.EINVAL)
        self.assertEqual(got.rights, Rights.VERIFY)
        got.verify(b"m", tag(b"key", b"m"))

    def test_device(self):
        with self.assertRaises(hmacdev.DeviceError):
            Key(b"key", device="/dev/null")
        with self.assertRaises(hmacdev.DeviceError):
            Key(b"key", device="/dev/nonexistent")


class Objects(unittest.TestCase):
    def test_repr(self):
        self.assertEqual(
            repr(Key(b"secret", tag_size=16, rights=Rights.VERIFY)),
            "<Key sha256 tag_size=16 rights=VERIFY>",
        )
        key = Key(b"secret")
        key.close()
        self.assertEqual(repr(key), "<Key closed>")

    def test_no_pickle(self):
        for thing in (Key(b"key"), Key(b"key").message()):
            for call in (pickle.dumps, copy.copy, copy.deepcopy):
                with self.assertRaisesRegex(TypeError, "pickle"):
                    call(thing)

    def test_closed(self):
        key = Key(b"key")
        message = key.message()
        fd = key.fileno()
        with key, message:
            pass
        self.assertTrue(key.closed and message.closed)
        self.assertRaises(OSError, os.fstat, fd)
        key.close()
        for call in (
            lambda: key.sign(b""),
            lambda: key.verify(b"", b""),
            lambda: key.is_valid(b"", b""),
            lambda: key.batch([b""]),
            lambda: key.derive(b""),
            lambda: key.restrict(0),
            lambda: key.sign_file("/etc/hostname"),
            lambda: key.rights,
            lambda: key.tag_size,
            key.copy,
            key.message,
            key.fileno,
            key.__enter__,
            lambda: message.update(b""),
            lambda: message.name,
            message.digest,
            message.copy,
        ):
            with self.assertRaisesRegex(ValueError, "closed"):
                call()

    def test_types(self):
        key = Key(b"key")
        for call in (
            lambda: Key("key"),
            lambda: Key(None),
            lambda: Key(),
            lambda: Key(b"key", b"sha256"),
            lambda: Key(b"key", "sha256", Rights.SIGN),
            lambda: Key(hmacdev.KernelKey(key)),
            lambda: Key.from_fd("0"),
            lambda: Key.from_keyring(None),
            lambda: key.sign("text"),
            lambda: key.sign(None),
            lambda: key.sign(),
            lambda: key.sign(b"", b""),
            lambda: key.sign(memoryview(b"abcd")[::2]),
            lambda: key.verify(b"m"),
            lambda: key.verify(b"m", "tag"),
            lambda: key.verify("m", b"tag"),
            lambda: key.is_valid(b"m", None),
            lambda: key.sign_file(None),
            lambda: hmacdev.Message(),
            lambda: hmacdev.KernelKey(b"key"),
        ):
            with self.assertRaises((TypeError, AttributeError, BufferError)):
                call()
        for name in ("", "x" * 31, "sha257", "hmac(md4)"):
            self.assertRaises(hmacdev.AlgorithmError, Key, b"key", name)
        self.assertRaises(ValueError, Key, b"key", "sha256\0")
        self.assertRaises(hmacdev.ArgumentError, Key, b"key", "x" * 32)

    def test_subclass(self):
        class Mine(Key):
            def __init__(self, *args, **kwargs):
                self.extra = 1

        key = Mine(b"key")
        self.assertEqual(key.extra, 1)
        self.assertIs(type(key.copy()), Mine)
        self.assertEqual(key.sign(b"m"), tag(b"key", b"m"))
        with self.assertRaises(hmacdev.TagMismatch):
            key.verify(b"m", b"")

    def test_documented(self):
        for thing in (Key, hmacdev.Message):
            for name in (n for n in dir(thing) if not n.startswith("_")):
                self.assertTrue(getattr(thing, name).__doc__, name)


if __name__ == "__main__":
    taptest.main()
