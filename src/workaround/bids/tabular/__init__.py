"""Tables of BIDS as people have them, read where there is one right reading.

- `notes`: the problems of a table, those of one reason in one line.
- `text`: the lines and cells of a file in any encoding and with any separator.
- `cells`: columns of cells, with the words that stand for missing values.
- `records`: tables beside images as lists of rows.
- `labels`: ids of participants and sessions, matched with the names of folders.
- `participants`: ``participants.tsv``, for the rows of a file table.

An error has a line, a column and a cure; a remark says how something unusual was read.
"""
