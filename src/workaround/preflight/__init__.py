"""Validate arguments and data before any byte is sent.

- `options`: the arguments of a call as one object. `source`: single arguments, and the dataset as
  named splits with the same features.
- `check` lists the problems of a dataset; `require_sound` refuses them.
- survey: one walk over the rows of a split that weighs each row and inspects each distinct file.
  `column_survey` is the part of it that is about one column of files.
- `silence`: what nibabel logs, dropped.
- `header_texts`, `identifying_names`: what may say who someone is, in headers and names of columns.
- `glance`: sound files of this machine, recognized in batches. `inspect`: one file, or contents
  that are in the table, and its defects. `nifti`: defects of NIfTI headers.
- problem: one thing wrong with a cell, a column or a split (`workaround.errors.Problem`). An
  error is always refused, an omission if strict, a remark never.
- defect: one thing wrong with a file, without the cell that names it.

A dataset that passes is planned (`planning`) and uploaded (`upload`) without further questions.
"""
