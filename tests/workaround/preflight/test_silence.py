"""The log of nibabel within a block."""

from __future__ import annotations

import logging
import threading

import pytest

from workaround.preflight.silence import without_nibabel_log


def test_nibabel_is_silent_in_this_thread_alone(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("nibabel.global")
    with without_nibabel_log():
        logger.warning("within")
        other = threading.Thread(target=logger.warning, args=("other thread",))
        other.start()
        other.join()
    logger.warning("after")
    assert caplog.messages == ["other thread", "after"]
