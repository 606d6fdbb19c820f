# SPDX-License-Identifier: LGPL-2.1-or-later
"""Key: a key that the kernel holds."""

from __future__ import annotations

import array
import enum
import errno
import os
import select
import socket
import struct
from typing import TYPE_CHECKING, Any, Callable, Protocol, Self

from . import _ext
from ._errors import ArgumentError, NotPassedError, RightError, error

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

    class HasFileno(Protocol):
        def fileno(self) -> int: ...

    File = int | str | os.PathLike[str] | HasFileno

_BYTES, _KEYRING, _RANDOM = range(3)
_ALL = 0xFFFFFFFF
# A broker's reply without a descriptor: a negative errno
_STATUS = struct.Struct("=i")
_ERRNO_MAX = 4095
# Bytes that one read(2) asks for
_PIECE = 1 << 18


class Rights(enum.IntFlag):
    """What a key may be used for. A key either signs or derives."""

    NONE = 0
    #: Make tags
    SIGN = 0x1
    #: Check tags
    VERIFY = 0x2
    #: Make another Key or Message with the same key
    COPY = 0x4
    #: Make another key from the key
    DERIVE = 0x8
    #: The usual rights of a key that signs
    SIGNER = SIGN | VERIFY | COPY
    #: The usual rights of a key that derives
    DERIVER = DERIVE | COPY


class Key(_ext.Key):
    """A key that the kernel holds, and that cannot be read back.

    key: bytes-like object of at most 65,536 bytes; the caller may wipe it after
        the call
    algorithm: "sha256", or another name that the kernel knows: algorithms()
    rights: mask of Rights, which can be dropped later, but not regained
    tag_size: size of every tag that is made or checked, from 10 bytes to the
        size of the digest; 0 is the size of the digest
    device: path of the device instead of /dev/hmac

    A key that is made so was once in the memory of this process. from_keyring(),
    random(), from_env(), from_fd(), from_socket() and derive() return keys that
    were not.

    Threads may share a key. After fork(2), both processes have it. It cannot be
    pickled: pass the descriptor, fileno(), to another process.

    Raise AlgorithmError for an unknown algorithm, ArgumentError for an invalid
    size or mask, DeviceError if there is no device, AccessError without
    permission for it, and Error if a limit is reached (errno EDQUOT, EMFILE,
    ENFILE).
    """

    __slots__ = ()

    def __new__(
        cls,
        key: Buffer,
        algorithm: str = "sha256",
        *,
        rights: int = Rights.SIGNER,
        tag_size: int = 0,
        device: str | None = None,
    ) -> Self:
        from ._handle import KernelKey

        if isinstance(key, KernelKey):
            raise TypeError("a KernelKey has no bytes: use its attribute key")
        return cls._new(
            algorithm,
            _mask(rights),
            tag_size,
            device,
            _BYTES,
            key,
            0,
            0,
            None,
            None,
        )

    @classmethod
    def from_keyring(
        cls,
        key: int | str,
        algorithm: str = "sha256",
        *,
        rights: int = Rights.SIGNER,
        tag_size: int = 0,
        device: str | None = None,
    ) -> Self:
        """Return a key of the kernel's keyrings, which no process sees.

        key: the serial number, or "%TYPE:DESCRIPTION", such as
            "%logon:hmac:app". The type is user, logon, encrypted or trusted; a
            description of the last three begins with "hmac:".

        The keyrings of the thread, process and session are searched, and then
        the user keyring. Raise KeyUnavailableError if there is no such key or
        it expired or was revoked, AccessError without permission to search it,
        and the errors of Key(). The kernel copies the key: if it is revoked or
        changed later, this object keeps working.
        """
        serial, kind, description = _keyring_name(key)
        return cls._new(
            algorithm,
            _mask(rights),
            tag_size,
            device,
            _KEYRING,
            None,
            0,
            serial,
            kind,
            description,
        )

    @classmethod
    def random(
        cls,
        algorithm: str = "sha256",
        *,
        size: int = 0,
        rights: int = Rights.SIGNER,
        tag_size: int = 0,
        device: str | None = None,
    ) -> Self:
        """Return a key of random bytes that the kernel makes and nobody knows.

        size: of the key, at most 65,536 bytes; 0 is the size of the digest

        Only processes that get the descriptor can check its tags. The errors
        are those of Key().
        """
        return cls._new(
            algorithm,
            _mask(rights),
            tag_size,
            device,
            _RANDOM,
            None,
            size,
            0,
            None,
            None,
        )

    @classmethod
    def from_env(cls, name: str | None = None) -> Self:
        """Return a key that was passed to this process when it was started.

        name: the name that "hmacdev exec --name" or systemd gave it; None is
            the first key

        The environment variables LISTEN_FDS, LISTEN_FDNAMES and LISTEN_PID
        describe the descriptors, which begin at 3. The object owns the
        descriptor, so call this once for each name. Raise NotPassedError if
        there is no such key.
        """
        return cls._from_env(name)

    @classmethod
    def from_fd(cls, fd: int) -> Self:
        """Return a key for a descriptor, which the object owns from then on.

        Raise DeviceError if this is not a descriptor of the device,
        KeyUnavailableError if it has no key, and Error with errno EBADF if it
        is not open. The caller then still owns it.
        """
        return cls._from_fd(fd)

    @classmethod
    def from_socket(
        cls,
        source: socket.socket | str | os.PathLike[str],
        name: bytes | str = b"",
    ) -> Self:
        """Receive a key from another process over a Unix socket (SCM_RIGHTS).

        source: a connected socket, or the path of a SOCK_SEQPACKET socket
        name: the first packet to send, to name the key; nothing is sent if it
            is empty

        The other process answers with one packet that has a descriptor. If it
        has none, and its bytes are a negative errno, as from "hmacdev serve",
        the exception of this errno is raised: AccessError if the other process
        does not give the key. Otherwise, the bytes are ignored. From a
        SOCK_STREAM socket, one byte is read. Raise NotPassedError if there is
        no descriptor or the connection ends, OSError if the socket fails, and
        the errors of from_fd().
        """
        request = os.fsencode(name)
        if isinstance(source, socket.socket):
            fd = _receive(source, request)
        else:
            with socket.socket(
                socket.AF_UNIX, socket.SOCK_SEQPACKET
            ) as connection:
                connection.connect(os.fspath(source))
                fd = _receive(connection, request)
        try:
            return cls.from_fd(fd)
        except BaseException:
            os.close(fd)
            raise

    @property
    def rights(self) -> Rights:
        """The rights that the key has now."""
        return Rights(self._rights)

    def restrict(self, rights: int) -> None:
        """Drop all rights that are not in the mask, for good.

        This is for everyone who shares the open file: other processes, too. It
        does not affect keys that copy() or derive() made before.
        """
        self._restrict(rights & _ALL)

    def copy(self, rights: int = _ALL) -> Self:
        """Return a second key object, with those of the rights in the mask.

        Raise RightError without the right COPY.
        """
        return self._copy(rights & _ALL)

    def derive(
        self,
        label: Buffer,
        algorithm: str | None = None,
        *,
        rights: int = Rights.SIGNER,
        tag_size: int = 0,
    ) -> Self:
        """Return the key that is the tag of the label with this key.

        algorithm: of the new key; None is the algorithm of this key
        rights, tag_size: of the new key, whatever this key has; see Key()

        The bytes of the new key are never in the memory of this process. The
        same label gives the same key. Never use one label for a key that signs
        and for one that derives. Raise RightError without the right DERIVE,
        AlgorithmError if the kernel does not have the algorithm at this moment,
        and ArgumentError for an invalid size or mask.
        """
        return self._derive(
            self.algorithm if algorithm is None else algorithm,
            label,
            _mask(rights),
            tag_size,
        )

    def sign_file(self, file: File) -> bytes:
        """Return the tag of the rest of a file.

        file: path, descriptor, or object with fileno(); reading begins at the
            position of a descriptor

        The bytes of files and pipes do not pass through the process, unless the
        key does not have the right COPY. Raise OSError if reading fails, and
        RightError without the right SIGN.
        """
        tag: bytes = self._with_file(file, _ext.Message.finalize, self.sign)
        return tag

    def verify_file(self, file: File, tag: Buffer) -> None:
        """Raise TagMismatch unless this is the tag of the rest of a file.

        As sign_file(), but needs the right VERIFY and not SIGN.
        """
        self._with_file(
            file,
            lambda message: message.verify(tag),
            lambda data: self.verify(data, tag),
        )

    def _with_file(
        self,
        file: File,
        end: Callable[[_ext.Message], Any],
        whole: Callable[[bytearray], Any],
    ) -> Any:
        if isinstance(file, (str, os.PathLike)):
            with open(file, "rb", buffering=0) as opened:
                return self._with_file(opened, end, whole)
        fd = file if isinstance(file, int) else file.fileno()
        try:
            message = self.message()
        except RightError:
            return whole(_read(fd))
        with message:
            _append(message, fd)
            return end(message)

    def __repr__(self) -> str:
        if self.closed:
            return f"<{type(self).__name__} closed>"
        rights = self.rights
        names = "|".join(
            str(right.name) for right in _EACH_RIGHT if right in rights
        )
        return (
            f"<{type(self).__name__} {self.algorithm}"
            f" tag_size={self.tag_size} rights={names or 'NONE'}>"
        )


_EACH_RIGHT = (Rights.SIGN, Rights.VERIFY, Rights.COPY, Rights.DERIVE)


def _mask(rights: int) -> int:
    """Return a mask for a new key, which must fit into the kernel's field."""
    if not 0 <= rights <= _ALL:
        raise ArgumentError(errno.EINVAL, "the mask has unknown rights")
    return rights


def _keyring_name(key: int | str) -> tuple[int, str | None, str | None]:
    """Return the serial number, or type and description, of a key."""
    if isinstance(key, int):
        return key, None, None
    if key.isascii() and key.isdigit():
        return int(key), None, None
    kind, colon, description = key.removeprefix("%").partition(":")
    if not key.startswith("%") or not kind or not description:
        raise ValueError(
            f"{key!r} is neither a serial number nor %TYPE:DESCRIPTION"
        )
    return 0, kind, description


def _receive(connection: socket.socket, request: bytes) -> int:
    """Return a descriptor that comes over the socket."""
    if request:
        connection.sendall(request)
    size = 1 if connection.type == socket.SOCK_STREAM else _STATUS.size + 1
    space = socket.CMSG_SPACE(array.array("i").itemsize)
    data, control, _, _ = connection.recvmsg(
        size, space, socket.MSG_CMSG_CLOEXEC
    )
    fds = array.array("i")
    for level, kind, sent in control:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(sent[: len(sent) - len(sent) % fds.itemsize])
    for fd in fds[1:]:
        os.close(fd)
    status = _STATUS.unpack(data)[0] if len(data) == _STATUS.size else 0
    if not fds and -_ERRNO_MAX <= status < 0:
        raise error(-status, os.strerror(-status))
    if not fds:
        raise NotPassedError(errno.ENODATA, "no key came over the socket")
    return fds[0]


def _append(message: _ext.Message, fd: int) -> None:
    """Append until EOF, also from a descriptor that is non-blocking."""
    while True:
        try:
            message.update_fd(fd)
            return
        except BlockingIOError:
            _wait(fd)


def _read(fd: int) -> bytearray:
    """Read until EOF, also from a descriptor that is non-blocking."""
    data = bytearray()
    while True:
        try:
            more = os.read(fd, _PIECE)
        except BlockingIOError:
            _wait(fd)
            continue
        if not more:
            return data
        data += more


def _wait(fd: int) -> None:
    """Wait until the descriptor can be read."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    poll.poll()
