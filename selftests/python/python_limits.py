#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests for hmacdev under load: leaks, threads, fork, signals, lack of memory."""

import errno
import gc
import hmac
import os
import re
import resource
import signal
import sys
import threading
import unittest

import taptest

import hmacdev
from hmacdev import Key, Rights

CALLS = 100000


def tag(message):
    return hmac.digest(b"key", message, "sha256")


def memory_used():
    """Return the memory that is not of files, in KiB."""
    with open("/proc/self/status") as status:
        return int(re.search(r"RssAnon:\s*(\d+) kB", status.read())[1])


def open_fds():
    return len(os.listdir("/proc/self/fd"))


def in_child(test, function):
    """Run a function in a forked process, which must return normally."""
    pid = os.fork()
    if not pid:
        try:
            function()
            status = 0
        except BaseException as error:
            print(f"# {error!r}", flush=True)
            status = 1
        os._exit(status)
    test.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)


class Leaks(unittest.TestCase):
    #: In a quarter of the calls
    MAX_GROWTH = {
        "descriptors": 0,
        "KiB of memory": 100,
        "blocks of memory": 20,
        "references to the class": 2,
    }

    def used(self):
        gc.collect()
        return (
            open_fds(),
            memory_used(),
            sys.getallocatedblocks(),
            sys.getrefcount(Key),
        )

    def refused(self, error, call, *args):
        try:
            call(*args)
        except error:
            return
        self.fail(f"no {error}")

    def round(self, i):
        """Make ten calls that keep nothing."""
        data = b"%d" % i
        key, verifier = self.key, self.verifier
        good = key.sign(data)
        verifier.verify(data, good)
        verifier.is_valid(data, good)
        self.refused(hmacdev.TagMismatch, verifier.verify, data, data)
        self.refused(hmacdev.RightError, verifier.sign, data)
        self.refused(TypeError, key.verify, data, "text")
        self.refused(TypeError, key.batch, [data, (data, "text")])
        key.batch([data, (data, good), (data, data)])
        self.refused(hmacdev.RightError, verifier.batch, [(data, good), data])
        self.refused(hmacdev.AlgorithmError, hmacdev.hmac._ext.message, "x", data)

    def objects(self, i):
        """Make ten calls that make contexts."""
        data = b"%d" % i
        with self.key.copy() as key, key.message() as message:
            message.update(data)
            other = message.copy()
            other.verify(message.finalize())
            self.refused(hmacdev.FinalizedError, message.update, data)
        self.master.derive(data)
        h = hmacdev.hmac.new(data, data, "sha256")
        h.copy().hexdigest()

    def test_leaks(self):
        self.key = Key(b"key")
        self.verifier = self.key.copy(Rights.VERIFY)
        self.master = Key(b"key", rights=Rights.DERIVER)
        used = []
        for i in range(CALLS // 10):
            if i * 10 % (CALLS // 4) == 0:
                used.append(self.used())
            (self.round if i % 8 else self.objects)(i)
        used.append(self.used())
        # The first part also fills caches. A leak shows in each other part.
        for name, values in zip(self.MAX_GROWTH, zip(*used[1:])):
            growth = [b - a for a, b in zip(values, values[1:])]
            with self.subTest(name):
                self.assertLessEqual(min(growth), self.MAX_GROWTH[name])


class Threads(unittest.TestCase):
    def run_threads(self, *functions):
        errors = []

        def guarded(function):
            try:
                function()
            except BaseException as error:
                errors.append(error)

        threads = [
            threading.Thread(target=guarded, args=(f,)) for f in functions
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])

    def test_one_key(self):
        key = Key(b"key")

        def work():
            for size in (0, 64, 2047, 2048, 50000) * 20:
                data = os.urandom(size)
                if key.sign(data) != tag(data):
                    raise AssertionError(size)
                key.verify(data, tag(data))

        self.run_threads(work, work, work, work)

    def test_one_message(self):
        message = Key(b"key").message()
        self.run_threads(
            *[lambda: [message.update(b"x" * 64) for _ in range(200)]] * 4
        )
        self.assertEqual(message.digest(), tag(b"x" * 64 * 800))

    def test_size_of_a_message(self):
        key = Key(b"key")
        for _ in range(20):
            message = key.message()
            r, w = os.pipe()
            counts = []

            def read():
                counts.append(message.update_fd(r))

            def write():
                for _ in range(50):
                    os.write(w, b"x")
                    message.update(b"x")
                os.close(w)

            self.run_threads(read, write)
            os.close(r)
            self.assertEqual(counts, [50])
            # A child compares the size with that at the fork.
            in_child(
                self,
                lambda: self.assertEqual(message.digest(), tag(b"x" * 100)),
            )

    def test_objects(self):
        key = Key(b"key")

        def work():
            for _ in range(200):
                with key.copy() as copy, copy.message() as message:
                    message.update(b"m")
                    message.verify(tag(b"m"))

        self.run_threads(work, work)

    def overlaps(self, call):
        """Return whether this thread can run while another one makes calls."""
        stop, done = threading.Event(), threading.Event()

        def work():
            for _ in range(20000):
                call()
                if stop.is_set():
                    return
            done.set()

        interval = sys.getswitchinterval()
        # Python does not take the lock from a thread that does not release it.
        sys.setswitchinterval(1000)
        try:
            thread = threading.Thread(target=work)
            thread.start()
            stop.set()
            thread.join()
        finally:
            sys.setswitchinterval(interval)
        return not done.is_set()

    def test_lock_is_released(self):
        key = Key(b"key")
        message = key.message()
        data = bytes(3000)
        good = tag(data)
        for name, call in {
            "sign": lambda: key.sign(data),
            "is_valid": lambda: key.is_valid(data, good),
            "batch": lambda: key.batch([data] * 4),
            "batch of many": lambda: key.batch([b""] * 17),
            "update": lambda: message.update(b""),
            "digest": lambda: message.digest(),
            "copy": lambda: key.copy(),
            "oneshot": lambda: hmacdev.hmac.digest(b"key", data, "sha256"),
            "new": lambda: Key(b"key"),
        }.items():
            with self.subTest(name):
                self.assertTrue(self.overlaps(call))

    def test_lock_is_kept_for_short_calls(self):
        key = Key(b"key")
        hmacdev.hmac.digest(b"key", b"short", "sha256")
        for name, call in {
            "sign": lambda: key.sign(b"short"),
            "batch": lambda: key.batch([b"short"] * 16),
            "oneshot": lambda: hmacdev.hmac.digest(b"k", b"short", "sha256"),
        }.items():
            with self.subTest(name):
                self.assertFalse(self.overlaps(call))

    def test_close_while_in_use(self):
        before = open_fds()
        message = Key(b"key").message()
        self.assertEqual(open_fds(), before + 1)
        r, w = os.pipe()
        counts = []
        thread = threading.Thread(
            target=lambda: counts.append(message.update_fd(r))
        )
        thread.start()
        os.write(w, b"first")
        message.close()
        self.assertRaises(ValueError, message.digest)
        os.write(w, b"second")
        os.close(w)
        thread.join()
        os.close(r)
        # Or the message was closed before the thread began.
        self.assertIn(counts, ([11], []))
        self.assertEqual(open_fds(), before)


class Fork(unittest.TestCase):
    def test_key_in_both(self):
        key = Key(b"key")

        def child():
            self.assertEqual(key.sign(b"m"), tag(b"m"))
            key.close()
            self.assertTrue(key.closed)

        in_child(self, child)
        self.assertEqual(key.sign(b"m"), tag(b"m"))

    def test_child_has_its_own_message(self):
        message = Key(b"key").message()
        message.update(b"both")

        def child():
            message.update(b"child")
            self.assertEqual(message.digest(), tag(b"bothchild"))
            in_child(self, grandchild)
            self.assertEqual(message.finalize(), tag(b"bothchild"))

        def grandchild():
            other = message.copy()
            other.update(b"more")
            self.assertEqual(other.digest(), tag(b"bothchildmore"))

        fds = open_fds()
        in_child(self, child)
        message.update(b"parent")
        self.assertEqual(message.digest(), tag(b"bothparent"))
        self.assertEqual(open_fds(), fds)

    def test_parent_went_on(self):
        for change in (
            lambda message: message.update(b"parent"),
            lambda message: message.finalize(),
        ):
            message = Key(b"key").message()
            message.update(b"both")
            r, w = os.pipe()

            def child():
                os.read(r, 1)
                for call in (
                    lambda: message.update(b"child"),
                    message.copy,
                    message.digest,
                ):
                    with self.assertRaisesRegex(RuntimeError, "fork"):
                        call()

            pid = os.fork()
            if not pid:
                try:
                    child()
                    os._exit(0)
                finally:
                    os._exit(1)
            change(message)
            os.write(w, b"1")
            status = os.waitpid(pid, 0)[1]
            self.assertEqual(os.waitstatus_to_exitcode(status), 0)

    def test_child_cannot_copy(self):
        message = Key(b"key").message()
        message.update(b"both")

        def child():
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
            with self.assertRaises(hmacdev.Error) as caught:
                message.digest()
            self.assertEqual(caught.exception.errno, errno.EMFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            self.assertEqual(message.digest(), tag(b"both"))

        in_child(self, child)

    def test_threads_of_the_child(self):
        message = Key(b"key").message()
        message.update(b"both")

        def child():
            fds = open_fds()
            start = threading.Barrier(4)
            tags = []

            def work():
                start.wait()
                tags.append(message.digest())

            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(tags, [tag(b"both")] * 4)
            self.assertEqual(open_fds(), fds)

        for _ in range(20):
            in_child(self, child)

    def test_prototype(self):
        prototype = hmacdev.hmac.new(b"key", b"a", "sha256")

        def child():
            h = prototype.copy()
            h.update(b"b")
            self.assertEqual(h.digest(), tag(b"ab"))
            self.assertEqual(h.backend, "kernel")

        in_child(self, child)
        in_child(self, child)
        self.assertEqual(prototype.digest(), tag(b"a"))


class Interrupted(Exception):
    pass


class Signals(unittest.TestCase):
    def setUp(self):
        self.message = Key(b"key").message()
        self.read, self.write = os.pipe()
        self.addCleanup(os.close, self.read)

    def alarm(self, handler):
        old = signal.signal(signal.SIGALRM, handler)
        self.addCleanup(signal.signal, signal.SIGALRM, old)
        signal.setitimer(signal.ITIMER_REAL, 0.2)

    def test_handler_runs_and_the_call_goes_on(self):
        def handler(*_):
            os.write(self.write, b"after")
            os.close(self.write)

        os.write(self.write, b"before")
        self.alarm(handler)
        self.assertEqual(self.message.update_fd(self.read), 11)
        self.assertEqual(self.message.digest(), tag(b"beforeafter"))

    def test_handler_raises(self):
        def handler(*_):
            raise Interrupted

        os.write(self.write, b"before")
        with self.assertRaises(Interrupted):
            self.alarm(handler)
            self.message.update_fd(self.read)
        os.close(self.write)
        self.message.update_fd(self.read)
        self.assertEqual(self.message.digest(), tag(b"before"))

    def test_handler_closes(self):
        def handler(*_):
            self.message.close()

        with self.assertRaisesRegex(ValueError, "closed"):
            self.alarm(handler)
            self.message.update_fd(self.read)
        os.close(self.write)

    def test_many_signals(self):
        key = Key(b"key")
        seen = []
        old = signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
        self.addCleanup(signal.signal, signal.SIGALRM, old)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        data = [b"%d" % i for i in range(1500)]
        while len(seen) < 20:
            self.assertEqual(key.batch(data)[-1], tag(data[-1]))
            with key.message() as message:
                message.update(bytes(100000))
                message.verify(tag(bytes(100000)))
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.close(self.write)


class Scarcity(unittest.TestCase):
    def test_descriptors(self):
        key = Key(b"key")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            for call in (
                key.copy,
                key.message,
                Key.random,
                lambda: key.sign_file(0),
            ):
                with self.assertRaises(hmacdev.Error) as caught:
                    call()
                self.assertEqual(caught.exception.errno, errno.EMFILE)
            self.assertEqual(key.sign(b"m"), tag(b"m"))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def test_memory(self):
        key = Key(b"key")
        data = [b"m"] * 200000

        def child():
            size = int(open("/proc/self/statm").read().split()[0])
            limit = size * resource.getpagesize() + (4 << 20)
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            references = sys.getrefcount(data[0])
            for _ in range(3):
                self.assertRaises(MemoryError, key.batch, data)
                self.assertLess(sys.getrefcount(data[0]) - references, 100)
                self.assertEqual(key.sign(b"m"), tag(b"m"))
                self.assertEqual(key.copy().batch([b"m"]), [tag(b"m")])

        in_child(self, child)


    def test_passed_descriptor(self):
        try:
            from _testcapi import remove_mem_hooks, set_nomemory
        except ImportError:
            self.skipTest("this Python has no _testcapi")
        owner = Key(b"key")
        failed = 0
        # Each allocation of the call fails once; some are not needed.
        for n in range(50):
            fd = os.dup(owner.fileno())
            key = None
            set_nomemory(n, n + 1)
            try:
                key = Key.from_fd(fd)
            except MemoryError:
                failed += 1
            finally:
                remove_mem_hooks()
            if key:
                key.close()
            else:
                os.close(fd)  # The caller still owns it.
        self.assertGreater(failed, 0)
        self.assertLess(failed, 50)


class Interpreters(unittest.TestCase):
    CODE = (
        "import sys; sys.path.insert(0, {path!r})\n"
        "import hmac, hmacdev\n"
        "tag = hmac.digest(b'key', b'm', 'sha256')\n"
        "key = hmacdev.Key(b'key')\n"
        "assert key.sign(b'm') == tag\n"
        "try: key.verify(b'm', b'')\n"
        "except hmacdev.TagMismatch: pass\n"
        "else: raise AssertionError\n"
    ).format(path=sys.path[0])

    def test_subinterpreters(self):
        try:
            import _interpreters as interpreters  # 3.13
        except ImportError:
            import _xxsubinterpreters as interpreters
        run = getattr(interpreters, "exec", None) or interpreters.run_string
        for _ in range(3):
            number = interpreters.create()
            self.assertIsNone(run(number, self.CODE))
            interpreters.destroy(number)
        self.assertEqual(Key(b"key").sign(b"m"), tag(b"m"))


def load_tests(_loader, tests, _pattern):
    """Put Leaks first.

    The tests with other threads, processes and interpreters leave holes in the
    heap. They fill slowly, which looks like a leak.
    """
    return unittest.TestSuite(
        sorted(tests, key=lambda suite: "Leaks" not in str(suite))
    )


if __name__ == "__main__":
    taptest.main()
