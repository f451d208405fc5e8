"""Folders of any layout as datasets, by recipes in TOML.

- recipe: the key of a row, and its columns (`recipe`: the objects, `document`: the file they are
  read from, `positions`: its lines). `library` holds the recipes that come along.
- pattern: a path with placeholders, ``raw/{subject}/{subject}_ncct.nii.gz``.
- label: the text in the place of a placeholder. The labels of the key name the row of a file.
- `folder`: all files of a folder; `matches`: the files of each column and row, and those of none.
- `contents`: texts, numbers and fields of JSON in files; `joins`: tables whose rows are joined by
  their labels; `types`: text as values of a type.
- `columns`: the columns as Arrow arrays; `leftovers`: what does not come along; `table`: all of it.

Errors: `RecipeError` for a recipe, with its line, and for a folder that it does not fit.
"""
