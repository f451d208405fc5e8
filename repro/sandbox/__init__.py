"""Isolated runs of commands: capped, measured, and cleaned up after.

- A **run** is a command in a child of its own, with no input; its record has the output, the end,
  peak memory, and the bytes that were read and written (`run`).
- It has an **end**: it exited with a status, was killed by a signal, or ran out of time.
- The **supervisor** is the process between us and the command: it ends the **processes** and
  removes the **run folder**, its TMPDIR, even if we are killed (`supervisor`, `processes`).
- Memory is **sampled** as the RSS of the tree. A **cap** is enforced by a **cgroup** where the
  machine has one, else by a watchdog that watches the samples (`memory`, `cgroup`).
- **Mounts** tell a folder on a disk from one in memory, and where cgroups are.
- **Secrets** are variables with tokens, passwords and keys: a run does not inherit them.
- `judge` calls `run.run` for scripts, and `bisect` makes run folders; within the room, `run` starts
  the supervisor, which uses the others.
"""
