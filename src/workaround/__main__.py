"""``python -m workaround``, the same as the script ``workaround``."""

from workaround.cli.main import run

if __name__ == "__main__":
    run()
