"""The fixes of upstream bugs, as edits that are made to whichever release is installed.

- A **fix** is `repro/bugs/<id>.fix.toml`: a `summary` in one sentence, and its edits. Where it
  changes the verdict of another bug too, `[flips]` has the id of that bug and the reason.
- An **edit** (`[[edits]]`) names the place, by `module` (`datasets.features.nifti`; of a package
  `datasets.features.__init__`), `function` (`Nifti.decode_example`; empty for the module itself)
  and `anchor`: text as short as is unique in that function. It then says what to do, by one of
  four keys. `before`, `after` and `replace` hold our lines, put before, after or in place of the
  statement around the anchor (of a compound statement, such as `if` or `for`, its header alone).
  They are indented as that statement is; `after` a header they begin its body. `substitute` holds
  the text that takes the place of the anchor itself. `every = true` edits all places in the
  function where the anchor is.
- No upstream code lies in this tree, but for anchors: the **diff** is made from the edits and the
  release that is installed. An anchor that is gone is an error that names the function.
- An **overlay** is a copy of the edited packages in the user's cache that shadows those installed.
- The **matrix** has a verdict for each bug with each fix: a fix flips its own bug and no other,
  unless `[flips]`, or `masked_by` in the entry of the other bug, says why. As a **document** it is
  kept in `docs/measured`.
- Upstream's **suite** is its own tests of the modules that fixes touch, from a clone: with the
  fixes they pass as before.
- A **control** is a script run where its bug must be absent: on a release without it, or with its
  fix.
"""
