# /// script
# requires-python = ">=3.11"
# dependencies = ["datasets>=4.4.0", "nibabel", "numpy"]
# ///
"""Images of .nii.gz files become uncompressed ones, without a name, in map and in any stream.

datasets 4.4.2 to 5.2.0. The same voxels take several times the bytes, on the Hub too. In a stream
map and filter do it to columns that they do not touch. Encoding the bytes of images, and not their
paths, came with https://github.com/huggingface/datasets/pull/7892.
"""

import json
import sys
import tempfile
from pathlib import Path


def measure(folder: Path) -> dict:
    import nibabel as nib
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets import Dataset, Features, Nifti, Value

    path, parquet = folder / "sub-01_T1w.nii.gz", folder / "scans.parquet"
    voxels = np.zeros((64, 64, 64), np.int16)  # half of them background, the others of 10 bits
    voxels[:, :, 16:48] = np.random.default_rng(0).integers(0, 1024, (64, 64, 32))
    nib.save(nib.Nifti1Image(voxels, np.eye(4)), path)
    features = Features({"scan": Nifti(), "age": Value("int64")})
    scans = Dataset.from_dict({"scan": [str(path)], "age": [30]}, features=features)
    stream = scans.to_iterable_dataset()
    written = {
        "as_is": lambda: scans,
        "map_of_scan": lambda: scans.map(lambda row: {"scan": row["scan"]}),
        "stream": lambda: stream,
        "stream_map_of_age": lambda: stream.map(lambda row: {"age": row["age"] + 1}),
        "stream_filter": lambda: stream.filter(lambda row: row["age"] > 18),
    }
    size = {}
    for case, dataset in written.items():
        try:
            dataset().to_parquet(str(parquet))
            cell = pq.read_table(parquet)["scan"][0].as_py()
            size[case] = len(path.read_bytes() if cell["bytes"] is None else cell["bytes"])
        except pa.ArrowInvalid:  # images in memory are not encoded at all
            size[case] = None
    return {"bytes_on_disk": path.stat().st_size, "bytes_of_cell": size}


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(evidence := measure(Path(folder))))
    except Exception:  # a crash is no evidence: git bisect run skips 125
        sys.excepthook(*sys.exc_info())
        sys.exit(125)
    largest = max(filter(None, evidence["bytes_of_cell"].values()))
    sys.exit(int(largest > 1.1 * evidence["bytes_on_disk"]))
