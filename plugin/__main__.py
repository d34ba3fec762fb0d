"""The native plugin from source, as `pulumi package add` starts it."""

import sys

from pulumi_mixpanel.plugin.command import main

if __name__ == "__main__":
    sys.exit(main())
