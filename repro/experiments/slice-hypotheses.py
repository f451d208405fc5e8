# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.2", "nibabel", "numpy", "pandas"]
# ///
"""Five ideas of December 2025 about how much embedding one row of a list column reads.

The row is embedded as it is, with large_binary, after combine_chunks(), with small files, and after
a round trip through pandas. See sliced-list-embed for the bug. The last line is the evidence.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

ROWS, RUNS = 16, 2
opened: list[str] = []  # whoever opens a file to embed it reads all of it
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    import pyarrow as pa
    from datasets import Dataset, Features, Image, Nifti, Sequence
    from datasets.table import embed_table_storage

    def sessions(size: int) -> Dataset:
        paths = [
            [str(folder / f"{size}-{row}{run}.nii") for run in range(RUNS)] for row in range(ROWS)
        ]
        for path in sum(paths, []):
            nib.save(nib.Nifti1Image(np.zeros((size >> 12, 64, 64), np.uint8), np.eye(4)), path)
        return Dataset.from_dict({"bold": paths}, features=Features({"bold": Sequence(Nifti())}))

    def first_row(dataset: Dataset) -> Dataset:
        return dataset.shard(num_shards=ROWS, index=0, contiguous=True)

    def embed(table: pa.Table) -> dict:
        opened.clear()
        embed_table_storage(table)
        sizes = [os.path.getsize(path) for path in opened if path.endswith(".nii")]
        return {"files_read": len(sizes), "bytes_read": sum(sizes)}

    dataset = sessions(2**20)
    row, images = first_row(dataset), first_row(dataset.cast_column("bold", Sequence(Image())))
    pandas = Dataset.from_pandas(row.to_pandas(), preserve_index=False).cast(row.features)
    evidence = {
        "files": ROWS * RUNS,
        "files_needed": RUNS,
        "as_it_is": embed(row.data.table),
        "combine_chunks": embed(row.data.table.combine_chunks()),
        "list_of_images": embed(images.data.table),
        "small_files": embed(first_row(sessions(2**12)).data.table),
        "pandas_round_trip": embed(pandas.data.table.combine_chunks()),
    }
    Nifti.pa_type = pa.struct({"bytes": pa.large_binary(), "path": pa.string()})
    return evidence | {"large_binary": embed(first_row(sessions(2**20)).data.table)}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(Path(folder))))
    except Exception:
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
