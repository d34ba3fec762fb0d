"""What a comparison of a life shows if it fails."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.lives.living")
