"""The scripts of experiments."""

import pytest

from repro.catalog.experiments import EXPERIMENTS, Experiment


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.id)
def test_experiment_names_what_it_needs(experiment: Experiment) -> None:
    assert experiment.script.read_text().startswith("# /// script\n")
