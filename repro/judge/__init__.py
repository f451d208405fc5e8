"""Run the script of a bug and judge what was measured."""
