"""The plugins that tests and reproductions share."""

pytest_plugins = (
    "mockhub.plugin",
    "pytester",
    "repro.synthetic.fixtures",
    "repro.pytest_plugin",
    "tests.support.fast",
)
