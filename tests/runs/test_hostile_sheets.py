"""No sheet ends in a traceback; 100,000 are checked by ``tests/benchmarks/hostile_sheets.py``."""

import pytest
from support.hostile_sheets import check_hostile, desk


@pytest.mark.parametrize("part", range(4))
def test_a_hostile_sheet_is_checked_to_the_end_or_refused(part: int) -> None:
    at = desk(f"a smaller one/{part}")
    for number in range(15):
        check_hostile(at, f"a smaller one/{part}/{number}")
