"""Allows a finding that is not there.

## Problem

It suggests a danger that does not exist, and would hide one that comes later. Often the name is
mistyped, or the line has moved.

## Instead of

```python
# limbeck: allow(drop-table) it is empty
op.drop_column("person", "nickname")
```

## Use

The name of the finding, on the line of the statement or above it; or nothing.

```python
# limbeck: allow(drop-column) it is empty
op.drop_column("person", "nickname")
```
"""

from __future__ import annotations

from limbeck.lint.rule import about_allowances

RULE = about_allowances(__name__, __doc__, "Remove it, or name what is found.")
