"""The commands of `python -m repro`, a module each.

- Each module has `add`, which adds its arguments, and `action`, which runs it and returns the exit
  status: 0 if all is as expected, 1 if not. An error of the request or of the machine is one line
  and status 2 (`repro.errors`).
- Modules that take an extra are imported when the command runs, so that `--help` is quick.
- `arguments` holds what several commands share: `--jobs` and the ids of bugs.
- `run`, `matrix`, `controls`, `bisect` and `fix` examine bugs; `list`, `drift` and `report` only
  read; `issue` does both.
"""
