# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy", "pandas"]
# ///
"""A column of paths from a pandas 3 table cannot be cast to Nifti: ArrowNotImplementedError.

datasets 4.4.0 to 5.2.0. Strings of pandas 3 arrive as large_string, which cast_storage of Nifti,
Audio, Video and Pdf does not know: https://github.com/huggingface/datasets/issues/7970. Polars
has always made them.
"""

import json
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import datasets
    import nibabel as nib
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from datasets import Dataset, Features

    path = folder / "sub-01_T1w.nii.gz"
    nib.save(nib.Nifti1Image(np.ones((4, 4, 4), np.int16), np.eye(4)), path)
    table = pa.table({"scan": pa.array([str(path)], pa.large_string())})
    columns = {
        "string": Dataset.from_dict({"scan": [str(path)]}),
        "large_string": Dataset(table),
        "pandas": Dataset.from_pandas(pd.DataFrame({"scan": [str(path)]})),
    }
    raised = {}
    for feature in ("Nifti", "Image", "Audio", "Video", "Pdf"):
        for name, column in columns.items():
            try:
                column.cast(Features({"scan": getattr(datasets, feature)(decode=False)}))
            except pa.ArrowNotImplementedError as error:
                raised.setdefault(feature, {})[name] = str(error)
    arrow_types = {name: str(column.data.schema.field(0).type) for name, column in columns.items()}
    return {"pandas": pd.__version__, "arrow_types": arrow_types, "raised": raised}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    sys.exit(int("Nifti" in evidence["raised"]))
