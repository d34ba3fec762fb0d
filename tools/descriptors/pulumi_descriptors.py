"""Make the descriptor set of Pulumi's plugin protocol from the installed SDK.

Run by hand when the protocol gets a new version, in an environment with the Pulumi SDK, which the
plugin does not load at run time:

    python tools/descriptors/pulumi_descriptors.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from google.protobuf import any_pb2, descriptor_pb2
from google.protobuf.descriptor import FileDescriptor

OUT = (
    Path(__file__).resolve().parents[2] / "provider/mixpanel_plugin_rpc/descriptors/pulumirpc.binpb"
)


def main() -> int:
    """Write the files of the provider and the engine services, imported ones first."""
    from pulumi.runtime.proto import (  # noqa: PLC0415 (only here)
        engine_pb2,
        provider_pb2,
        status_pb2,
    )

    found: dict[str, FileDescriptor] = {}
    for module in (any_pb2, provider_pb2, engine_pb2, status_pb2):
        _collect(module.DESCRIPTOR, found)
    files = descriptor_pb2.FileDescriptorSet()
    for descriptor in found.values():
        descriptor.CopyToProto(files.file.add())
    OUT.write_bytes(files.SerializeToString(deterministic=True))
    return 0


def _collect(descriptor: FileDescriptor, found: dict[str, FileDescriptor]) -> None:
    for dependency in descriptor.dependencies:
        _collect(dependency, found)
    found.setdefault(descriptor.name, descriptor)


if __name__ == "__main__":
    sys.exit(main())
