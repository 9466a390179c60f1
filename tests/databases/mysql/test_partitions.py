"""How a table is partitioned, read and changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.databases.detect import Server, history, said, server

pytestmark = pytest.mark.mysql


@pytest.fixture
def mysql(mysql_url: str) -> Iterator[Server]:
    with server("mysql", mysql_url) as found:
        yield found


def events(by: str | None = None, count: str | None = None) -> sa.MetaData:
    metadata = sa.MetaData()
    given = {"mysql_partition_by": by, "mysql_partitions": count}
    options = {key: value for key, value in given.items() if value is not None}
    columns = (sa.Column("id", sa.Integer), sa.Column("day", sa.Date))
    sa.Table("event", metadata, *columns, **options)
    return metadata


HASH = "HASH(YEAR(day))"
RANGE = (
    "RANGE (TO_DAYS(day)) (PARTITION p0 VALUES LESS THAN (730000), "
    "PARTITION p1 VALUES LESS THAN MAXVALUE)"
)
LIST = "LIST (MOD(id, 2)) (PARTITION even VALUES IN (0), PARTITION odd VALUES IN (1, NULL))"
COLUMNS = (
    "RANGE COLUMNS (day, id) (PARTITION p0 VALUES LESS THAN ('2020-01-01', 5), "
    "PARTITION p1 VALUES LESS THAN (MAXVALUE, MAXVALUE))"
)
SUB = (
    "RANGE (YEAR(day)) SUBPARTITION BY LINEAR HASH (id) SUBPARTITIONS 2 "
    "(PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN MAXVALUE)"
)
WAYS = [(HASH, "3"), ("KEY (id)", "2"), (RANGE, None), (LIST, None), (COLUMNS, None), (SUB, None)]


@pytest.mark.parametrize(("by", "count"), WAYS)
def test_a_partitioned_table_is_as_its_model_says(
    mysql: Server, by: str, count: str | None
) -> None:
    mysql.create(events(by, count))
    assert mysql.difference(events(by, count)).upgrade == ()
    assert mysql.difference(events()).upgrade == ()  # what a model does not say is left as it is
    assert history(mysql, events(by, count), events(by, count)).upgrade == ()
    [change] = history(mysql, events(), events(by, count)).upgrade
    assert said(change).startswith("alter_table event: mysql_partition")


def rows(mysql: Server) -> list[tuple[object, ...]]:
    with mysql.engine.connect() as connection:
        return [tuple(r) for r in connection.exec_driver_sql("SELECT * FROM event ORDER BY id")]


@pytest.mark.parametrize("before", [(None, None), *WAYS])
@pytest.mark.parametrize("after", WAYS)
def test_rows_are_divided_anew_and_back(
    mysql: Server, before: tuple[str | None, str | None], after: tuple[str, str | None]
) -> None:
    mysql.create(events(*before))
    with mysql.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO event VALUES (1, '1999-01-01'), (2, '2024-02-02')")
    kept = rows(mysql)
    found = mysql.difference(events(*after))
    assert len(found.upgrade) == (before != after)
    mysql.run(found.upgrade)
    assert mysql.difference(events(*after)).upgrade == ()
    assert rows(mysql) == kept
    mysql.run(found.downgrade)
    assert mysql.difference(events(*before)).upgrade == ()
    if before[0] is None:
        [table] = mysql.schema()
        assert not [key for key, _ in table.options if "partition" in key]
    assert rows(mysql) == kept


def test_another_number_of_partitions_divides_anew_and_other_partitions_do_not(
    mysql: Server,
) -> None:
    mysql.create(events(HASH, "3"))
    found = mysql.difference(events(HASH, "4"))
    assert [said(o) for o in found.upgrade] == ["alter_table event: mysql_partitions"]
    mysql.run(found.upgrade)
    assert mysql.difference(events(HASH, "4")).upgrade == ()
    mysql.run(found.downgrade)
    assert mysql.difference(events(HASH, "3")).upgrade == ()
    mysql.empty()
    mysql.create(events(RANGE))
    assert mysql.difference(events(RANGE.replace("730000", "740000"))).upgrade == ()
