"""The plugins that tests and reproductions share."""

pytest_plugins = ("mockhub.plugin", "pytester", "repro.fixtures", "repro.pytest_plugin")
