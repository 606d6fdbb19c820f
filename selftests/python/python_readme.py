#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests that the Python lines of the README work as they are printed there.

They run with the wheel as pip installs it, in a directory of its own.
"""

import glob
import hmac
import http.client
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

import taptest
import keyring

SECRET = os.urandom(32)
LIMIT = 180  # seconds in which a service must start


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(taptest.HERE, "README.md")) as page:
            cls.text = page.read()
        cls.blocks = re.findall("```python\n(.*?)```", cls.text, re.S)
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.site = directory.name
        cls.install()
        keyring.add("logon", "hmac:cookies", SECRET)
        cls.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": cls.site,
        }

    @classmethod
    def install(cls):
        (wheel,) = glob.glob(os.path.join(taptest.BUILD, "python/*.whl"))
        if importlib.util.find_spec("pip") is None:
            zipfile.ZipFile(wheel).extractall(cls.site)
            return
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--no-index"]
            + ["--no-deps", "--no-compile", "--disable-pip-version-check"]
            + ["--root-user-action=ignore", "--target", cls.site, wheel],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def test_lines(self):
        said = subprocess.run(
            [sys.executable, "-c", self.blocks[0]],
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        want = hmac.digest(b"key", b"message", "sha256").hex()
        self.assertEqual(said, want + "\n")

    def test_application(self):
        with open(self.site + "/app.py", "w") as file:
            file.write(self.blocks[1])
        after = self.text.partition(self.blocks[1])[2]
        found = re.search("    (hmacdev exec .*?flask run)\n", after, re.S)
        command = shlex.split(found[1].replace("\\\n", ""))
        command[command.index("python3")] = sys.executable
        service = subprocess.Popen(
            command,
            cwd=self.site,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(service.wait)
        self.addCleanup(service.kill)
        text, cookie = self.get(service)
        self.assertEqual(text, "1 visits")
        self.assertEqual(self.get(service, cookie)[0], "2 visits")
        self.assertEqual(self.get(service, cookie[:-4])[0], "1 visits")

    def get(self, service, cookie=""):
        for _ in range(LIMIT * 10):
            connection = http.client.HTTPConnection("127.0.0.1", 5000)
            try:
                connection.request("GET", "/", headers={"Cookie": cookie})
                answer = connection.getresponse()
                break
            except ConnectionError:
                self.assertIsNone(service.poll())
                time.sleep(0.1)
        cookie = answer.getheader("Set-Cookie").partition(";")[0]
        return answer.read().decode(), cookie


if __name__ == "__main__":
    taptest.main()
