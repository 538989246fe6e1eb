"""What gunicorn is told."""

import gc

from trainingportal import serving


def test_what_is_loaded_before_the_fork_is_out_of_the_collectors_sight():
    try:
        serving.when_ready(None)
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
