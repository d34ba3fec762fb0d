"""What tests on the engine look for in what a command printed."""

from __future__ import annotations

from tests.engine.harness import Result

INTERRUPTED = """
    Traceback (most recent call last):
      File "/usr/lib/python3.12/asyncio/runners.py", line 118, in run
        return self._loop.run_until_complete(task)
      File "/stack/__main__.py", line 4, in <module>
    KeyboardInterrupt
"""
OURS = """
      File "/venv/lib/python3.12/site-packages/pulumi_mixpanel/dynamic.py", line 7, in check
"""


def test_a_traceback_of_the_host_is_not_taken_for_ours() -> None:
    """A host with Python 3.12 prints one after a refused check, and it has no frame of ours."""
    assert Result(1, INTERRUPTED, "").our_frames == []
    (frame,) = Result(1, INTERRUPTED + OURS, "").our_frames
    assert frame.endswith('pulumi_mixpanel/dynamic.py", line 7')
