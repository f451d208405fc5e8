# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""Embedding leaves Nifti columns empty: the Parquet files hold `bytes: null` and a local path.

datasets 4.4.0 and 4.4.1, https://github.com/huggingface/datasets/issues/7852; fixed in 4.4.2
(https://github.com/huggingface/datasets/pull/7853). Nothing raises, and rows look right locally.
"""

import json
import os
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    from datasets import Dataset, Features, Nifti, Sequence
    from datasets.table import embed_table_storage

    paths = [str(folder / f"scan-{i}.nii") for i in range(4)]
    for i, path in enumerate(paths):
        nib.save(nib.Nifti1Image(np.full((64, 64, 32 * (i + 1)), i, np.int16), np.eye(4)), path)

    def embedded(column: list, feature: object) -> int:
        dataset = Dataset.from_dict({"scan": column}, features=Features({"scan": feature}))
        cells = embed_table_storage(dataset.data.table)["scan"].to_pylist()
        if isinstance(cells[0], list):
            cells = [cell for row in cells for cell in row]
        return sum(len(cell["bytes"] or b"") for cell in cells)

    scans = Dataset.from_dict({"scan": paths}, features=Features({"scan": Nifti()}))
    return {
        "bytes_on_disk": sum(map(os.path.getsize, paths)),
        "flat_bytes_embedded": embedded(paths, Nifti()),
        "sequence_bytes_embedded": embedded([paths[:1], paths[1:]], Sequence(Nifti())),
        "decodes_locally": scans[3]["scan"].shape == (64, 64, 128),
    }


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    embedded = (evidence["flat_bytes_embedded"], evidence["sequence_bytes_embedded"])
    sys.exit(int(min(embedded) < evidence["bytes_on_disk"]))
