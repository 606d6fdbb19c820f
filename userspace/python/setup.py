# SPDX-License-Identifier: LGPL-2.1-or-later
"""Build the extension. pyproject.toml has the rest.

pkg-config finds libhmacdev, unless HMACDEV_CFLAGS and HMACDEV_LIBS have the
compiler's and the linker's arguments.
"""

import os
import shlex
import subprocess

from setuptools import Extension, setup


def flags(variable: str, option: str) -> list[str]:
    text = os.environ.get(variable)
    if text is None:
        text = subprocess.check_output(
            ["pkg-config", option, "libhmacdev"], text=True
        )
    return shlex.split(text)


setup(
    ext_modules=[
        Extension(
            "hmacdev._ext",
            [
                "src/batch.c",
                "src/context.c",
                "src/create.c",
                "src/key.c",
                "src/message.c",
                "src/module.c",
            ],
            depends=["src/ext.h"],
            define_macros=[("_GNU_SOURCE", None)],
            extra_compile_args=[
                "-fvisibility=hidden",
                *flags("HMACDEV_CFLAGS", "--cflags"),
            ],
            extra_link_args=flags("HMACDEV_LIBS", "--libs"),
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
