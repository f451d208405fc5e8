import subprocess
import sys

import pytest


@pytest.mark.usefixtures("ci_hub_config", "set_ci_hub_access_token")
def test_push_to_hub_with_num_proc_needs_no_main_guard(temporary_repo, tmp_path):
    with temporary_repo() as repo:
        push = f'Dataset.from_dict({{"row": [1, 2]}}).push_to_hub("{repo}", num_proc=2)'
        (script := tmp_path / "push.py").write_text(f"from datasets import Dataset\n{push}")
        subprocess.run([sys.executable, script], check=True, timeout=60)
