"""Each benchmark still runs. What it measures is nobody's business here: it fails by wrong counts only."""

from __future__ import annotations

import pytest

from tests.benchmarks.__main__ import BENCHES
from tests.benchmarks.measure import SIZES, Spread, Table, number


@pytest.mark.parametrize("name", BENCHES)
def test_a_benchmark_runs(name: str) -> None:
    tables = BENCHES[name](SIZES["smoke"])
    assert tables
    for table in tables:
        assert table.rows
        assert all(len(row) == len(table.heads) for row in table.rows)


def test_a_table_can_be_pasted() -> None:
    table = Table("What", ("how", "much"))
    table.add("so", Spread.of([3, 1, 2]))
    table.notes.append("It was so.")
    assert str(table) == "## What\n\n| how | much |\n| --- | --- |\n| so | 1.00–2.00–3.00 |\n\nIt was so.\n"


@pytest.mark.parametrize(("value", "said"), [(12345.6, "12,300"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23")])
def test_a_figure_has_three_digits(value: float, said: str) -> None:
    assert number(value) == said
