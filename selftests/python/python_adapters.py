#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests for KernelKey, patch() and the adapters with Debian's packages.

Each library must make the same signatures with the key in the kernel as with the
bytes, and must fail where it takes the key apart.
"""

import copy
import datetime
import errno
import hashlib
import hmac
import os
import pickle
import re
import string
import unittest
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import flask
import itsdangerous
import jwt

import taptest
import keyring

import hmacdev
from hmacdev import KernelKey, Key, Rights
from hmacdev.adapters import botocore as kernel_botocore
from hmacdev.adapters import pyjwt
from hmacdev.adapters.flask import KernelSessionInterface
from hmacdev.adapters.itsdangerous import (
    KernelSigner,
    KernelTimestampSigner,
)

SECRET = os.urandom(32)


class Patched(unittest.TestCase):
    def setUp(self):
        hmacdev.patch()
        self.addCleanup(hmacdev.unpatch)
        self.handle = KernelKey(Key(SECRET))

    def test_reaches_the_kernel(self):
        want = hmac.new(SECRET, b"message", "sha256")
        for digestmod in ("sha256", hashlib.sha256, lambda: hashlib.sha256()):
            h = hmac.new(self.handle, b"mess", digestmod)
            h.update(b"age")
            self.assertEqual(h.digest(), want.digest())
            self.assertEqual(h.copy().hexdigest(), want.hexdigest())
            self.assertEqual(h.digest_size, want.digest_size)
            self.assertEqual(h.block_size, want.block_size)
            self.assertEqual(h.name, want.name)
            self.assertIsInstance(h, hmac.HMAC)
            self.assertEqual(
                hmac.digest(self.handle, b"message", digestmod), want.digest()
            )
        self.assertEqual(
            hmac.HMAC(self.handle, b"message", "sha256").digest(),
            want.digest(),
        )

    def test_only_for_handles(self):
        self.assertEqual(
            type(hmac.new(b"key", digestmod="sha256")._hmac).__module__,
            "_hashlib",
        )
        hmacdev.patch()
        hmacdev.unpatch()
        h = hmac.new(self.handle, b"message", "sha256").digest()
        self.assertFalse(self.handle.key.is_valid(b"message", h))

    def test_import_order(self):
        from hmac import new

        hmacdev.unpatch()
        from hmac import HMAC

        hmacdev.patch()
        want = hmac.digest(SECRET, b"m", "sha256")
        self.assertEqual(new(self.handle, b"m", "sha256").digest(), want)
        self.assertEqual(HMAC(self.handle, b"m", "sha256").digest(), want)

    def test_module_without_patch(self):
        hmacdev.unpatch()
        want = hmac.digest(SECRET, b"m", "sha256")
        ours = hmacdev.hmac
        self.assertEqual(ours.digest(self.handle, b"m", "sha256"), want)
        h = ours.new(self.handle, b"m", "sha256")
        self.assertEqual((h.digest(), h.backend), (want, "kernel"))

    def test_wrong_hash(self):
        for digestmod, error in (
            ("sha1", ValueError),
            (hashlib.sha512, ValueError),
            ("sha257", ValueError),
            (lambda: hashlib.blake2b(), (TypeError, ValueError)),
            (hashlib, TypeError),
            (None, TypeError),
            ("", (TypeError, ValueError)),
        ):
            for call in (
                lambda: hmac.new(self.handle, b"", digestmod),
                lambda: hmac.digest(self.handle, b"", digestmod),
            ):
                self.assertRaises(error, call)

    def test_without_device(self):
        failure = hmacdev.DeviceError(errno.ENODEV, "no device")
        refused = mock.patch("hmacdev._ext.algorithm", side_effect=failure)
        for kernel, names in (
            ("sha256", ("sha256", "SHA256", hashlib.sha256)),
            ("sha3-256", ("sha3_256", hashlib.sha3_256)),
            ("rmd160", ("ripemd160",)),
        ):
            handle = KernelKey(Key(SECRET, kernel))
            want = handle.key.sign(b"m")
            for name in names:
                with refused as asked:
                    got = hmac.new(handle, b"m", name).digest()
                self.assertEqual(got, want)
                asked.assert_not_called()
            with refused:
                with self.assertRaisesRegex(ValueError, "not for sha1"):
                    hmac.new(handle, b"m", "sha1")

    def test_verify_only(self):
        key = Key(SECRET, rights=Rights.VERIFY | Rights.COPY)
        h = hmac.new(KernelKey(key), b"m", "sha256")
        self.assertRaises(hmacdev.RightError, h.digest)
        with self.assertRaises(hmacdev.RightError):
            hmac.digest(KernelKey(key), b"m", "sha256")


class Handle(unittest.TestCase):
    def setUp(self):
        self.handle = KernelKey(Key(SECRET))

    def test_bytes_are_random(self):
        other = KernelKey(self.handle.key)
        for handle in (self.handle, other):
            self.assertEqual(len(handle), 64)
            self.assertGreater(len(set(memoryview(handle))), 32)
        self.assertNotEqual(self.handle, other)

    def test_taken_apart(self):
        handle = self.handle
        for call in (
            lambda: b"salt" + handle,
            lambda: handle + b"salt",
            lambda: f"AWS4{handle}",
            lambda: "AWS4%s" % handle,
            lambda: b"AWS4%b" % handle,
            lambda: str(handle),
            lambda: str(handle, "latin1") + handle.decode("latin1"),
            lambda: bytes(handle) + b"",
            lambda: handle[:16],
            lambda: handle[0],
            lambda: list(handle),
            lambda: handle * 2,
            lambda: 2 * handle,
            lambda: handle.ljust(64, b"\0"),
            lambda: handle.translate(bytes(256)),
            lambda: handle.hex(),
            lambda: handle.decode("latin1"),
            lambda: pickle.dumps(handle),
            lambda: [*handle],
            handle.__getnewargs__,
        ):
            with self.assertRaises(TypeError):
                call()

    def test_copies_are_the_handle(self):
        self.assertIs(copy.copy(self.handle), self.handle)
        self.assertIs(copy.deepcopy([self.handle])[0], self.handle)

    def test_repr(self):
        self.assertRegex(
            repr(self.handle),
            r"^<KernelKey [0-9a-f]{32} of <Key sha256 tag_size=32"
            r" rights=SIGN\|VERIFY\|COPY>>$",
        )
        other = KernelKey(self.handle.key)
        self.assertNotEqual(repr(self.handle), repr(other))

    def test_buffer_is_random(self):
        data = bytes(memoryview(self.handle))
        self.assertEqual(b"".join([b"AWS4", self.handle]), b"AWS4" + data)
        self.assertEqual(bytearray(self.handle), data)
        self.assertFalse(
            self.handle.key.is_valid(b"m", hmac.digest(data, b"m", "sha256"))
        )

    def test_unknown_library(self):
        # Hashes the buffer of the handle: makes a tag, and a useless one.
        tag = hashlib.blake2b(b"m", key=self.handle).digest()
        self.assertFalse(self.handle.key.is_valid(b"m", tag))


class PyJWT(unittest.TestCase):
    def setUp(self):
        pyjwt.install()
        self.addCleanup(pyjwt.uninstall)

    def test_tokens(self):
        for name, hash_name in (
            ("HS256", "sha256"),
            ("HS384", "sha384"),
            ("HS512", "sha512"),
        ):
            secret = os.urandom(64)
            key = Key(secret, hash_name)
            for handle in (key, KernelKey(key)):
                token = jwt.encode({"sub": "alice"}, handle, algorithm=name)
                self.assertEqual(
                    token, jwt.encode({"sub": "alice"}, secret, algorithm=name)
                )
                self.assertEqual(
                    jwt.decode(token, handle, algorithms=[name]),
                    jwt.decode(token, secret, algorithms=[name]),
                )

    def test_verify_only(self):
        token = jwt.encode({"sub": "alice"}, SECRET, algorithm="HS256")
        verifier = Key(SECRET, rights=Rights.VERIFY)
        self.assertEqual(
            jwt.decode(token, verifier, algorithms=["HS256"])["sub"], "alice"
        )
        with self.assertRaises(hmacdev.RightError):
            jwt.encode({"sub": "mallory"}, verifier, algorithm="HS256")
        for bad in (token[:-4], token[:-3] + "AAA"):
            with self.assertRaises(jwt.InvalidSignatureError):
                jwt.decode(bad, verifier, algorithms=["HS256"])

    def test_wrong_keys(self):
        token = jwt.encode({}, SECRET, algorithm="HS256")
        for key in (Key(SECRET, "sha512"), Key(SECRET, tag_size=16)):
            with self.assertRaises(jwt.InvalidKeyError):
                jwt.decode(token, key, algorithms=["HS256"])
        with self.assertRaises(jwt.InvalidSignatureError):
            jwt.decode(token, Key.random(), algorithms=["HS256"])

    def test_without_adapter(self):
        token = jwt.encode({}, SECRET, algorithm="HS256")
        pyjwt.uninstall()
        handle = KernelKey(Key(SECRET))
        with self.assertRaises(jwt.InvalidSignatureError):
            jwt.decode(token, handle, algorithms=["HS256"])
        self.assertRaises(TypeError, jwt.encode, {}, handle.key)
        hmacdev.patch()
        self.addCleanup(hmacdev.unpatch)
        jwt.decode(token, handle, algorithms=["HS256"])
        self.assertEqual(jwt.encode({}, handle, algorithm="HS256"), token)
        pyjwt.install()


    def test_only_what_is_allowed(self):
        jws = jwt.PyJWS(algorithms=["HS256"])
        before = jws.get_algorithm_by_name("HS256")
        key = Key(SECRET)
        want = jws.encode(b"m", SECRET, algorithm="HS256")
        for _ in range(2):
            pyjwt.install(jws)
        self.assertEqual(jws.get_algorithms(), ["HS256"])
        self.assertEqual(jws.encode(b"m", key, algorithm="HS256"), want)
        self.assertEqual(jws.encode(b"m", SECRET, algorithm="HS256"), want)
        for _ in range(2):
            pyjwt.uninstall(jws)
        self.assertEqual(jws.get_algorithms(), ["HS256"])
        self.assertIs(jws.get_algorithm_by_name("HS256"), before)
        none = jwt.PyJWS(algorithms=["none"])
        pyjwt.install(none)
        self.assertEqual(none.get_algorithms(), ["none"])


class Itsdangerous(unittest.TestCase):
    OPTIONS = {"salt": "cookie", "key_derivation": "hmac"}

    def test_same_signatures(self):
        master = KernelKey(Key(SECRET, "sha1", rights=Rights.DERIVER))
        ours = KernelSigner(master, **self.OPTIONS)
        theirs = itsdangerous.Signer(SECRET, **self.OPTIONS)
        self.assertEqual(ours.sign("value"), theirs.sign("value"))
        self.assertEqual(ours.unsign(theirs.sign("value")), b"value")
        for bad in ("value.x", "value.", theirs.sign("value") + b"A", "v"):
            self.assertRaises(itsdangerous.BadSignature, ours.unsign, bad)

    def test_keys_in_turn(self):
        old = os.urandom(20)
        keys = [
            KernelKey(Key(secret, "sha1", rights=Rights.DERIVER))
            for secret in (old, SECRET)
        ]
        ours = itsdangerous.URLSafeTimedSerializer(
            keys,
            salt="cookie",
            signer=KernelTimestampSigner,
            signer_kwargs={"key_derivation": "hmac"},
        )
        for secret in (old, SECRET):
            theirs = itsdangerous.URLSafeTimedSerializer(
                secret,
                salt="cookie",
                signer_kwargs={"key_derivation": "hmac"},
            )
            self.assertEqual(ours.loads(theirs.dumps([1]), max_age=60), [1])
        self.assertEqual(theirs.loads(ours.dumps([1])), [1])

    def test_derived_key(self):
        master = Key(SECRET, "sha1", rights=Rights.DERIVER)
        child = KernelKey(master.derive(b"cookie", rights=Rights.VERIFY))
        signer = KernelSigner(child, key_derivation="none")
        theirs = itsdangerous.Signer(SECRET, **self.OPTIONS)
        self.assertEqual(signer.unsign(theirs.sign("value")), b"value")
        self.assertRaises(hmacdev.RightError, signer.sign, "value")

    def test_other_hash(self):
        master = KernelKey(Key(SECRET, rights=Rights.DERIVER))
        options = dict(self.OPTIONS, digest_method=hashlib.sha256)
        self.assertEqual(
            KernelSigner(master, **options).sign("v"),
            itsdangerous.Signer(SECRET, **options).sign("v"),
        )
        with self.assertRaises(ValueError):
            KernelSigner(master, **self.OPTIONS).sign("v")

    def test_explicit_algorithm(self):
        sha256 = itsdangerous.HMACAlgorithm(hashlib.sha256)
        for secret in ("text", b"bytes"):
            self.assertEqual(
                KernelSigner(secret, algorithm=sha256).sign("v"),
                itsdangerous.Signer(secret, algorithm=sha256).sign("v"),
            )
        child = KernelKey(Key(SECRET))
        options = {"key_derivation": "none", "algorithm": sha256}
        self.assertEqual(
            KernelSigner(child, **options).sign("v"),
            itsdangerous.Signer(SECRET, **options).sign("v"),
        )
        master = KernelKey(Key(SECRET, "sha1", rights=Rights.DERIVER))
        for algorithm, error in (
            (sha256, ValueError),
            (itsdangerous.NoneAlgorithm(), TypeError),
        ):
            signer = KernelSigner(master, **self.OPTIONS, algorithm=algorithm)
            self.assertRaises(error, signer.sign, "v")
            self.assertRaises(error, signer.unsign, "v.eHh4")

    def test_derivations_that_hash(self):
        master = KernelKey(Key(SECRET, "sha1", rights=Rights.DERIVER))
        for name in ("concat", "django-concat"):
            for signer in (KernelSigner, itsdangerous.Signer):
                with self.assertRaises(TypeError):
                    signer(master, key_derivation=name).sign("value")

    def test_bytes_work_as_before(self):
        for secret in ("text", b"bytes", ["old", "new"]):
            self.assertEqual(
                KernelSigner(secret).sign("v"),
                itsdangerous.Signer(secret).sign("v"),
            )


class Flask(unittest.TestCase):
    def app(self, secret, interface=None):
        app = flask.Flask("test")
        app.secret_key = secret
        if interface:
            app.session_interface = interface

        @app.get("/set/<name>")
        def set_name(name):
            flask.session["name"] = name
            return "done"

        @app.get("/keep/<name>")
        def keep_name(name):
            flask.session.permanent = True
            return set_name(name)

        @app.get("/")
        def get_name():
            return flask.session.get("name", "nobody")

        return app

    def cookie(self, app, name, view="/set/"):
        answer = app.test_client(use_cookies=False).get(view + name)
        cookie = answer.headers.get("Set-Cookie", "")
        return {"Cookie": cookie.partition(";")[0]}

    def name(self, app, cookie):
        return app.test_client(use_cookies=False).get("/", headers=cookie).text

    def test_sessions_stay_valid(self):
        master = KernelKey(Key(SECRET, "sha1", rights=Rights.DERIVER))
        ours = self.app(master, KernelSessionInterface())
        theirs = self.app(SECRET)
        self.assertEqual(self.name(ours, self.cookie(theirs, "a")), "a")
        self.assertEqual(self.name(theirs, self.cookie(ours, "b")), "b")
        other = self.app(os.urandom(32))
        self.assertEqual(self.name(ours, self.cookie(other, "c")), "nobody")

    def test_verify_only(self):
        master = Key(SECRET, "sha1", rights=Rights.DERIVER)
        child = master.derive(b"cookie-session", rights=Rights.VERIFY)
        reader = self.app(KernelKey(child), KernelSessionInterface("none"))
        cookie = self.cookie(self.app(SECRET), "a")
        self.assertEqual(self.name(reader, cookie), "a")
        with self.assertLogs(reader.logger):
            answer = reader.test_client(use_cookies=False).get("/set/b")
        self.assertEqual(answer.status_code, 500)
        self.assertNotIn("Set-Cookie", answer.headers)

    def test_permanent_sessions(self):
        master = Key(SECRET, "sha1", rights=Rights.DERIVER)
        child = master.derive(b"cookie-session", rights=Rights.VERIFY)
        reader = self.app(KernelKey(child), KernelSessionInterface("none"))
        writer = self.app(KernelKey(master), KernelSessionInterface())
        cookie = self.cookie(writer, "a", "/keep/")
        for app, sent in ((reader, False), (writer, True)):
            answer = app.test_client(use_cookies=False).get("/", headers=cookie)
            self.assertEqual((answer.status_code, answer.text), (200, "a"))
            self.assertEqual("Set-Cookie" in answer.headers, sent)

    def test_without_adapter(self):
        master = KernelKey(Key(SECRET, "sha1", rights=Rights.DERIVER))
        app = self.app(master)
        # Versions of itsdangerous fail, or make a signature that is useless.
        app.logger.disabled = True
        cookie = self.cookie(app, "a")
        self.assertEqual(self.name(self.app(SECRET), cookie), "nobody")


class Botocore(unittest.TestCase):
    ID = "AKIDEXAMPLE"
    SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    def setUp(self):
        kernel_botocore.install()
        self.addCleanup(kernel_botocore.uninstall)
        self.key = KernelKey(
            Key(b"AWS4" + self.SECRET.encode(), rights=Rights.DERIVER)
        )

    def sign(self, secret, kind=botocore.auth.SigV4Auth, region="us-east-1"):
        credentials = botocore.credentials.Credentials(self.ID, secret)
        request = botocore.awsrequest.AWSRequest(
            "GET",
            "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        now = datetime.datetime(2015, 8, 30, 12, 36)
        with mock.patch("botocore.auth.datetime") as clock:
            clock.datetime.utcnow.return_value = now
            clock.datetime.now.return_value = now
            kind(credentials, "iam", region).add_auth(request)
        return request.headers.get("Authorization", request.url)

    def test_same_signatures(self):
        for kind in (botocore.auth.SigV4Auth, botocore.auth.SigV4QueryAuth):
            for region in ("us-east-1", "eu-west-1"):
                self.assertEqual(
                    self.sign(self.key, kind, region),
                    self.sign(self.SECRET, kind, region),
                )

    def test_published_signing_key(self):
        child = kernel_botocore.signing_key(
            self.key, "20150830", "us-east-1", "iam"
        )
        tag = bytes.fromhex(
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        )
        self.assertEqual(child.sign(b"m"), hmac.digest(tag, b"m", "sha256"))
        self.assertEqual(child.rights, Rights.SIGN)

    def test_other_keys(self):
        secret = b"AWS4" + self.SECRET.encode()
        sha512 = KernelKey(Key(secret, "sha512", rights=Rights.DERIVER))
        self.assertRaises(ValueError, self.sign, sha512)
        short = KernelKey(Key(secret, rights=Rights.DERIVER, tag_size=16))
        self.assertEqual(self.sign(short), self.sign(self.SECRET))

    def test_kept_for_a_day(self):
        def child(date):
            return kernel_botocore.signing_key(self.key, date, "r", "s")

        first = child("20150830")
        self.assertIs(child("20150830"), first)
        self.assertIsNot(child("20150831"), first)

    def test_taken_apart(self):
        kernel_botocore.uninstall()
        self.assertRaises(TypeError, self.sign, self.key)
        kernel_botocore.install()
        with self.assertRaises(AttributeError):
            self.sign(self.key, lambda c, *_: botocore.auth.HmacV1Auth(c))
        signer = KernelKey(Key(b"AWS4" + self.SECRET.encode()))
        self.assertRaises(hmacdev.RightError, self.sign, signer)


class Django(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        from django.conf import settings

        settings.configure(SECRET_KEY="text", USE_TZ=True)
        keyring.add("logon", "hmac:django", SECRET)
        path = os.path.join(taptest.HERE, "django.md")
        with open(path) as page:
            source = re.search("```python\n(.*?)```", page.read(), re.S)[1]
        cls.page = {}
        exec(source, cls.page)

    def test_page(self):
        from django.core import signing

        signer = self.page["KernelSigner"](salt="x")
        signed = signer.sign("value")
        self.assertEqual(signer.unsign(signed, max_age=60), "value")
        self.assertEqual(
            signer.unsign_object(signer.sign_object({"a": 1})), {"a": 1}
        )
        other = self.page["KernelSigner"](salt="y")
        for wrong, bad in (
            (other, signed),
            (signer, signed[:-1]),
            (signer, signed + "A"),
            (signer, "value"),
            (signer, signing.TimestampSigner(salt="x").sign("value")),
        ):
            self.assertRaises(signing.BadSignature, wrong.unsign, bad)

    def test_page_salts(self):
        from django.core import signing

        signed = self.page["KernelSigner"](salt="a:b").sign("value")
        other = self.page["KernelSigner"](salt="a")
        with self.assertRaises(signing.BadSignature):
            other.unsign("b:" + signed)

    def test_page_other_texts(self):
        from django.core import signing

        signer = self.page["KernelSigner"](salt="x")
        signed = signer.sign("value")
        alphabet = (
            string.ascii_uppercase
            + string.ascii_lowercase
            + string.digits
            + "-_"
        )
        # The last digit of 32 bytes has two bits that are not used.
        digit = alphabet[alphabet.index(signed[-1]) + 1]
        for text in (signed + "=", signed[:-1] + "!" + signed[-1]):
            self.assertRaises(signing.BadSignature, signer.unsign, text)
        with self.assertRaises(signing.BadSignature):
            signer.unsign(signed[:-1] + digit)

    def test_secret_key_fails_closed(self):
        from django.core import signing
        from django.utils.crypto import salted_hmac

        handle = KernelKey(Key(SECRET))
        self.assertRaises(TypeError, salted_hmac, "salt", "value", handle)
        self.assertRaises(TypeError, signing.Signer(handle).sign, "value")

    def test_key_of_one_salt(self):
        from django.utils.crypto import salted_hmac

        child = hashlib.sha256(b"salt" + SECRET).digest()
        self.assertEqual(
            Key(child).sign(b"value"),
            salted_hmac("salt", "value", SECRET, algorithm="sha256").digest(),
        )


if __name__ == "__main__":
    taptest.main()
