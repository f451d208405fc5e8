"""The upstream bugs and the claims of the first account, as data.

- A **bug** is a script `repro/bugs/<id>.py` and its entry `<id>.toml` beside it. Both files are all
  that adding a bug takes: tables, documents and tests read the folder.
- The **entry** has, in this order: `title`, `threads`, `affected` (a PEP 440 range, as measured),
  `claim` (if somebody made one), `expected`, `cause`, `headline`; and where they differ from the
  default, `needs_hub = false`, `cap_bytes` (a memory bug: its script takes `--large`), `timeout`.
  `introduced` and `fixed` are tables of `commit`, `pr`, `date` (`record` writes them); `masked_by`
  is a table from ids to reasons; `control` names a release without the bug, or `fix`; `redesign`
  proposes one where no small fix would do. `Bug` documents each; an unknown key is an error. Line
  breaks are spaces.
- The **evidence** is the JSON object that the script prints last.
- The **headline** turns evidence into the decisive figure, in a few words. It is a Jinja template
  over the keys of the evidence: `"{{ rows_on_hub }} of {{ rows_pushed }} rows on the Hub"`,
  `{{ bytes_read | mib }}`, `{{ raised | join(', ') or 'none' }}`. A key that the evidence of some
  release lacks is an error.
- A **claim** is a sentence of the first account, with what became of it (`claims`).
"""
