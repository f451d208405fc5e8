"""``python -m workaround``: the command."""

import sys

from workaround.cli import main

if __name__ == "__main__":
    sys.exit(main())
