"""Rooms that do not keep the rules yet. They only leave these lists, when they keep them."""

# Missing tests, large files and large folders.
LAYOUT = {
    # repro
    # workaround
    "workaround",
}

# Docstrings and names.
LANGUAGE = {
    # .github
    # benchmarks
    # repro
    "repro",
    "repro/bisect",
    "repro/catalog",
    "repro/cli",
    "repro/judge",
    "repro/report",
    "repro/results",
    # tests
    # workaround
    "workaround/hub",
    "workaround/upload",
}
