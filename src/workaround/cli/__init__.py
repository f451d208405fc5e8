"""The command `workaround`: push file tables and folders, check and verify, and restore.

- `arguments`: the command line, and the types of its values.
- `main` parses it, runs a command and shows its report. Help and wrong use need no more than that,
  and are answered without importing `datasets`.
- `source`: the file table or folder that a command reads; `bids_options`: options of BIDS folders;
  `patterns`: what those of a recipe match.
- `commands`: each reads its source, calls the function of its name and returns a `Report`.
- `report`: text for people, values for ``--json``, and the status to exit with.

Output: the report on standard output; errors, warnings and progress on standard error. Nothing is
printed but by `main`, and no traceback: what a user can cause is an error of `workaround.errors`.

Exit status: 0 done; 1 problems, or the upload failed; 2 wrong use; 130 or 143 interrupted by SIGINT
or SIGTERM.
"""
