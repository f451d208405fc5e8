"""The documentation of the local Hub is complete."""

from __future__ import annotations

from dataclasses import fields

import pytest
from starlette.routing import Route

from mockhub.control import routes as control
from mockhub.control.faults import Fault
from mockhub.control.request_log import Exchange
from mockhub.options import Options
from tests.support.constants import ROOT

TEXT = (ROOT / "docs" / "mockhub.md").read_text()
OTHER_NAMES = {"--xet": "--no-xet", "--users": "--user ", "--orgs": "--org "}


@pytest.mark.parametrize("option", [field.name for field in fields(Options)])
def test_every_option_is_documented(option: str) -> None:
    flag = f"--{option.replace('_', '-')}"
    assert f"| `{OTHER_NAMES.get(flag, flag)}" in TEXT


@pytest.mark.parametrize("attribute", [field.name for field in fields(Fault)])
def test_every_attribute_of_a_fault_is_documented(attribute: str) -> None:
    section = TEXT.split("## Faults")[1].split("## The log")[0]
    assert (
        f"{attribute}=" in section or f"({attribute}, " in section or f", {attribute}," in section
    )


@pytest.mark.parametrize("attribute", [field.name for field in fields(Exchange)])
def test_every_attribute_of_the_log_is_documented(attribute: str) -> None:
    assert f"`{attribute}`" in TEXT.split("## The log")[1].split("## Control routes")[0]


@pytest.mark.parametrize("route", control.routes, ids=lambda route: route.path)
def test_every_control_route_is_documented(route: Route) -> None:
    (method,) = set(route.methods or ()) - {"HEAD"}
    path = route.path.replace("{type:plural}/{namespace:seg}/{name:seg}", "datasets/NAMESPACE/NAME")
    assert f"`{method} {path}" in TEXT
