"""In place of Vault's package in tests: the same names, and a folder for a vault."""

from . import kv

__all__ = ["kv"]
