"""The length of a search: the same few examples each time, or the profile "search" for a hunt.

`pytest tests/properties -m search --hypothesis-profile=search --timeout=0` tries 20 000 new ones.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "search",
    max_examples=20_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def budget(examples: int, *, shrink: bool = True) -> settings:
    """The settings of a property.

    Args:
        examples: to try where it is not a hunt; they are the same in each run.
        shrink: make what is found smaller, which takes many more, a minute where each is a push.
    """
    if settings.get_current_profile_name() == "search":
        return settings.get_profile("search")
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
