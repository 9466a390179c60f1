"""A foreign key to columns that are no key.

## Problem

InnoDB lets a foreign key refer to columns that several rows may share: which of them a row belongs
to nobody knows, and ON DELETE acts on the first that goes. MySQL 8.4 refuses it.

## Instead of

```python
# on MariaDB
op.execute("ALTER TABLE audit ADD CONSTRAINT a FOREIGN KEY (action) REFERENCES person (name)")
```

## Use

The primary key, or columns with a unique constraint.

```python
# on MariaDB
op.execute("ALTER TABLE audit ADD CONSTRAINT a FOREIGN KEY (city_id) REFERENCES city (id)")
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import MYSQL, Case, rule

_COLUMNS = re.compile(r"\bREFERENCES\s+[^\s(]+\s*\(([^)]*)\)", re.IGNORECASE)


def find(case: Case) -> str | None:
    constraint, known = case.action.constraint, case.statement.known.before
    if constraint is None or constraint.referred is None or known is None:
        return None
    target, written = known.find(constraint.referred), _COLUMNS.search(case.statement.sql)
    if target is None or written is None:
        return None
    columns = {part.strip().strip('`"') for part in written[1].split(",")}
    keys = [set(u.columns) for u in target.uniques]
    keys += [set(i.columns) for i in target.indexes.values() if i.unique]
    if target.primary_key is not None:
        keys.append(set(target.primary_key.columns))
    if columns in keys:
        return None
    return f"{constraint.referred} ({', '.join(sorted(columns))}) is no key"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["add constraint"],
    find,
    "Refer to the primary key, or make the columns unique.",
    dialects=MYSQL,
)
