"""Push a dataset without a word of ours: python plain.py FILE REPO NUM_SHARDS.

FILE has features and columns as JSON.
"""

import json
import sys
from pathlib import Path

from datasets import Dataset, Features

if __name__ == "__main__":
    file, repo, num_shards = sys.argv[1:]
    features, columns = json.loads(Path(file).read_text())
    rows = Dataset.from_dict(columns, features=Features.from_dict(features))
    rows.push_to_hub(repo, num_shards=int(num_shards))
