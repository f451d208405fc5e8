"""Loads the plugin for `pytest --pyargs repro -m repro`, the bugs without a clone."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Load the plugin, unless it was loaded at the start."""
    config.pluginmanager.import_plugin("repro.pytest_plugin")
