# SPDX-License-Identifier: LGPL-2.1-or-later
"""KernelKey: bytes that stand for a key in the kernel."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, NoReturn

from . import _ext
from ._errors import AlgorithmError, Error
from ._key import Key, Rights

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

# A random key of this size is as strong as any key of SHA-512.
_SIZE = 64
# Random bytes in repr(), which a library could take as a key
_REPR_SIZE = 16

# What makes other bytes or text of the handle; it would be a useless key.
_REFUSED = """
    __add__ __bytes__ __getitem__ __getnewargs__ __iter__ __mod__ __mul__ __radd__
    __rmod__ __rmul__ __str__ capitalize center decode expandtabs hex join ljust
    lower lstrip partition removeprefix removesuffix replace rjust rpartition
    rsplit rstrip split splitlines strip swapcase title translate upper zfill
""".split()


def _refuse(name: str) -> Any:
    def refuse(self: KernelKey, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError(
            "this key is in the kernel: its bytes cannot be read or changed"
        )

    refuse.__name__ = name
    return refuse


class KernelKey(bytes):
    """Bytes that stand for a Key, for libraries that take a key as bytes.

    After hmacdev.patch(), hmac.new(), hmac.HMAC() and hmac.digest() of the
    standard library use the Key when they get this object. It works only as
    long as a library passes it on unchanged.

    The bytes themselves are 64 random ones. A library that uses them as a key
    makes tags that nobody accepts, and accepts no tag of the Key. Methods and
    operators that make other bytes or text raise TypeError. Functions that read
    the buffer of the object cannot be refused, and get the random bytes:
    b"".join(), bytearray(), memoryview(), hashlib. repr() has random digits, so
    that it is no key that others can guess.
    """

    #: The key for which the object stands
    key: Key
    #: Derived keys that are kept, by whatever they were derived for
    kept: dict[object, Any]
    _random: str

    def __new__(cls, key: Key) -> KernelKey:
        if not isinstance(key, Key):
            raise TypeError("a KernelKey stands for a hmacdev.Key")
        self = super().__new__(cls, os.urandom(_SIZE))
        self.key = key
        self.kept = {}
        self._random = os.urandom(_REPR_SIZE).hex()
        return self

    def derived(self, label: Buffer, algorithm: str | None = None) -> KernelKey:
        """Return the handle of key.derive(label, algorithm), which signs.

        It is kept, so that it is derived once. Use it for a few labels only.
        """
        name = self.key.algorithm if algorithm is None else algorithm
        place = bytes(label), name
        if place not in self.kept:
            child = self.key.derive(label, name, rights=Rights.SIGNER)
            self.kept[place] = type(self)(child)
        handle: KernelKey = self.kept[place]
        return handle

    def message(self, digestmod: Any) -> _ext.Message:
        """Return a message for the hash that hmac.new() was asked for.

        Raise ValueError if the key is for another hash, and TypeError for a
        hash that only Python has.
        """
        check_hash(self.key, digestmod)
        return self.key.message()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._random} of {self.key!r}>"

    def __copy__(self) -> KernelKey:
        return self

    def __deepcopy__(self, memo: object) -> KernelKey:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("cannot pickle a KernelKey: its key is in the kernel")


for _name in _REFUSED:
    setattr(KernelKey, _name, _refuse(_name))


# Names that hashlib has and the kernel's list of algorithms does not
_ALIASES = {"ripemd160": "rmd160"}

_BUILTIN = type(hashlib.sha256)
_HASH = type(hashlib.sha256())


def hash_name(digestmod: Any) -> str | None:
    """Return the name of a hash as digestmod= of hmac.new() names it.

    None is for a hash that only Python has: a module or another callable.
    """
    if isinstance(digestmod, str):
        return digestmod
    if isinstance(digestmod, _BUILTIN):
        return digestmod.__name__.removeprefix("openssl_")
    return None


def check_hash(key: Key, digestmod: Any) -> None:
    """Raise ValueError unless the hash is that of the key."""
    name = hash_name(digestmod)
    if name is None and callable(digestmod):
        # A function that returns an object of hashlib, as itsdangerous has.
        made = digestmod()
        name = made.name if isinstance(made, _HASH) else None
    if name is None:
        raise TypeError("a key in the kernel needs a hash of hashlib")
    check_name(key, name)


def check_name(key: Key, name: str) -> None:
    """Raise ValueError unless this is a name of the key's hash.

    The kernel knows all spellings, but a process that was passed its keys may
    have no device to ask.
    """
    spelling = name.lower().replace("_", "-")
    if _ALIASES.get(spelling, spelling) == key.algorithm:
        return
    try:
        known = _ext.algorithm(name)[0]
    except AlgorithmError:
        raise
    except Error:
        known = spelling
    if known != key.algorithm:
        raise ValueError(f"the key is for {key.algorithm}, and not for {name}")
