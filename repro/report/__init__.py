"""Reports of judgements and documents, a module for each kind of output.

- `terminal` has the tables at the end of a run, `markdown` those of the README, `page` the report
  as HTML and as Markdown, `issue` the bundle for an upstream issue, `bisection` and `fixes` the
  results of these commands.
- A **mark** is one character for a verdict, the same in all of them (`marks`).
- A **story** is all that was measured of one bug: **stretches** of neighbouring releases with the
  same measurement, and the plot of a memory bug (`stories`, `plots`).
- The **steps** of an issue run the script on a machine that has nothing yet.
- A **strip** is a small plot of a bug over the releases (`strips`).
- **Private** are the folders, the user and the host of this machine: `issue` and `page` leave
  them out.
"""
