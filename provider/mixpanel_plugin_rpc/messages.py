"""Messages of a plugin protocol, made at run time from its descriptor set."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Message = Any
"""A protobuf message: its fields are known to the descriptor set, and so to no type checker."""


class Protocol:
    """The messages and services of one plugin protocol.

    Args:
        descriptors: A serialized FileDescriptorSet, imported files first.
    """

    def __init__(self, descriptors: bytes) -> None:
        self._pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(descriptors).file:
            self._pool.AddSerializedFile(file.SerializeToString())
        # Cached for each protocol: a call looks up a dozen, nested ones among them.
        self.message = functools.cache(self._message)

    def _message(self, name: str) -> Message:
        """Return the class of a message.

        Args:
            name: Its full name, such as `tfplugin6.GetMetadata.Request`.

        Raises:
            KeyError: The protocol has no such message.
        """
        return message_factory.GetMessageClass(self._pool.FindMessageTypeByName(name))

    def service(self, name: str) -> Message:
        """Return the descriptor of a service.

        Args:
            name: Its full name, such as `tfplugin6.Provider`.

        Raises:
            KeyError: The protocol has no such service.
        """
        return self._pool.FindServiceByName(name)


@functools.cache
def load(name: str) -> Protocol:
    """Return the protocol of a descriptor set in the folder `descriptors`, read on first use.

    Args:
        name: The name of the file, without its suffix, such as `tfplugin6`.
    """
    file = Path(__file__).with_name("descriptors") / f"{name}.binpb"
    return Protocol(file.read_bytes())
