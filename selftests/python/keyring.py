# SPDX-License-Identifier: GPL-2.0
"""Keys in the kernel's keyrings, for tests."""

import ctypes

USER = -4  # the user keyring
_ADD_KEY, _KEYCTL = 248, 250  # x86-64
_JOIN, _REVOKE = 1, 3

_libc = ctypes.CDLL(None, use_errno=True)


def _call(*args):
    result = _libc.syscall(*args)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"keyring call {args[0]}")
    return result


def add(kind, description, payload):
    """Put a key into the user keyring, and return its serial number."""
    names = kind.encode(), description.encode()
    return _call(_ADD_KEY, *names, payload, len(payload), USER)


def revoke(serial):
    _call(_KEYCTL, _REVOKE, serial)


def new_session():
    """Join a new session keyring, which does not have the user keyring."""
    _call(_KEYCTL, _JOIN, None)
