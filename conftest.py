"""The plugins that tests and reproductions share."""

pytest_plugins = (
    "mockhub.plugin",
    "pytester",
    "repro.synthetic.fixtures",
    "repro.pytest_plugin",
    "tests.support.fast",
)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a parameter of bytes by its argument.

    Bytes may differ between the processes of one run: gzip writes the time into its header.
    """
    return argname if isinstance(val, bytes) else None
