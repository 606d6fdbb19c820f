# SPDX-License-Identifier: LGPL-2.1-or-later
"""Modules that give keys in the kernel to other libraries.

Each module imports the library that it is for. docs/django.md describes what is
possible with Django.
"""
