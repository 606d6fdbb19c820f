# SPDX-License-Identifier: LGPL-2.1-or-later
"""The exceptions. Each has the errno of libhmacdev(3) in its attribute errno.

ENOMEM is not here: it is MemoryError.
"""

import errno


class Error(OSError):
    """A call failed. errno and strerror have the reason."""


class AccessError(Error, PermissionError):
    """EACCES: no permission for the device, the key or a new context."""


class RightError(Error, PermissionError):
    """EPERM: the key does not have the right that the call needs."""


class TagMismatch(Error):
    """EBADMSG: this is not the tag of the message."""


class AlgorithmError(Error, ValueError):
    """ENOENT: the algorithm is unknown, missing in this kernel or forbidden."""


class ArgumentError(Error, ValueError):
    """EINVAL: a size, a mask of rights or a name is invalid."""


class DeviceError(Error):
    """ENODEV, ENOTTY: there is no such device, or it is not hmacdev's."""


class FinalizedError(Error, ValueError):
    """EBADFD: the message has ended."""


class KeyUnavailableError(Error):
    """ENOKEY, EKEYEXPIRED, EKEYREVOKED, EKEYREJECTED, EOPNOTSUPP: there is no
    such key, or it cannot be used."""


class NotPassedError(Error):
    """ENODATA: no such key was passed to this process."""


_CLASSES: dict[int, type[Error]] = {
    errno.EACCES: AccessError,
    errno.EBADFD: FinalizedError,
    errno.EBADMSG: TagMismatch,
    errno.EINVAL: ArgumentError,
    errno.EKEYEXPIRED: KeyUnavailableError,
    errno.EKEYREJECTED: KeyUnavailableError,
    errno.EKEYREVOKED: KeyUnavailableError,
    errno.ENODATA: NotPassedError,
    errno.ENODEV: DeviceError,
    errno.ENOENT: AlgorithmError,
    errno.ENOKEY: KeyUnavailableError,
    errno.ENOTTY: DeviceError,
    errno.EOPNOTSUPP: KeyUnavailableError,
    errno.EPERM: RightError,
}


def error(number: int, text: str) -> Error:
    """Return the exception for an errno. The extension calls this."""
    return _CLASSES.get(number, Error)(number, text)
