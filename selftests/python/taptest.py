# SPDX-License-Identifier: GPL-2.0
"""Runs unittest's test cases, and reports them in TAP."""

import os
import sys
import traceback
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
BUILD = os.path.dirname(HERE)
# The package and the command as make built them
sys.path.insert(0, os.path.join(BUILD, "python/site"))
os.environ["PATH"] = f"{BUILD}/userspace:{os.environ['PATH']}"


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.n = 0
        self.bad = []

    def report(self, passed, test, directive=""):
        self.n += 1
        name = test.id().removeprefix("__main__.")
        print(f"{'ok' if passed else 'not ok'} {self.n} {name}{directive}")
        sys.stdout.flush()

    def startTest(self, test):
        super().startTest(test)
        self.bad = []

    def complain(self, test, error):
        text = "".join(traceback.format_exception(*error)[-6:])
        print("".join(f"# {line}\n" for line in text.splitlines()), end="")
        self.bad.append(test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.complain(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self.complain(test, error)
        # A class or module that could not be set up has no stopTest().
        if not isinstance(test, unittest.TestCase):
            self.report(False, test)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            print(f"# {subtest.id()}")
            self.complain(test, error)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.report(True, test, f" # SKIP {reason}")
        self.bad = None

    def stopTest(self, test):
        super().stopTest(test)
        if self.bad is not None:
            self.report(not self.bad, test)


def main(suite=None):
    """Run the test cases of the program, or a suite. Does not return."""
    if suite is None:
        suite = unittest.defaultTestLoader.loadTestsFromModule(
            sys.modules["__main__"]
        )
    print(f"TAP version 13\n1..{suite.countTestCases()}", flush=True)
    result = Result()
    suite.run(result)
    sys.stdout.flush()
    os._exit(not result.wasSuccessful())
