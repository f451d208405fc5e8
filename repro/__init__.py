"""The evidence: scripts that show upstream bugs, and the harness that isolates and judges them."""
