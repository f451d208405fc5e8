"""Routes of repositories: making, finding, describing and gating them."""
