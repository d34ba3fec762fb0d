"""Make a descriptor set of provider/mixpanel_plugin_rpc/descriptors from a published .proto file.

Run by hand when a protocol gets a new version, in an environment with grpcio-tools, which the
provider does not need at run time:

    python tools/descriptors/descriptors.py tfplugin6.proto tfplugin6

The Terraform protocol's file is in the Go module github.com/hashicorp/terraform-plugin-go, below
tfprotov6/internal/tfplugin6. Its notice and its licence stay beside the descriptor set.
"""

from __future__ import annotations

import argparse
import importlib.resources
import sys
from pathlib import Path

DESCRIPTORS = (
    Path(__file__).resolve().parents[2] / "provider" / "mixpanel_plugin_rpc" / "descriptors"
)


def main() -> int:
    """Run protoc; the set holds all imported files, and no comments."""
    from grpc_tools import protoc  # noqa: PLC0415 (not installed with the other tools)

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("proto", type=Path, help="the published .proto file")
    parser.add_argument("name", help="the name of the descriptor set, without a suffix")
    arguments = parser.parse_args()
    known = importlib.resources.files("grpc_tools") / "_proto"
    out = DESCRIPTORS / f"{arguments.name}.binpb"
    return int(
        protoc.main(
            [
                "protoc",
                f"--proto_path={arguments.proto.parent}",
                f"--proto_path={known}",
                f"--descriptor_set_out={out}",
                "--include_imports",
                arguments.proto.name,
            ]
        )
    )


if __name__ == "__main__":
    sys.exit(main())
