"""Run a script with the uploader in the place of `push_to_hub` of `Dataset` and `DatasetDict`.

python instead.py SCRIPT ARGUMENT...
"""

import runpy
import sys

from datasets import Dataset, DatasetDict

from workaround import push_to_hub

if __name__ == "__main__":  # and not in the processes that num_proc spawns
    Dataset.push_to_hub = DatasetDict.push_to_hub = push_to_hub
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
