"""Allows a finding and does not say why.

## Problem

Whoever reads it later cannot tell whether the reason still holds.

## Instead of

```python
# limbeck: allow(drop-column)
op.drop_column("person", "nickname")
```

## Use

A few words after the parenthesis.

```python
# limbeck: allow(drop-column) nobody has read it since release 41
op.drop_column("person", "nickname")
```
"""

from __future__ import annotations

from limbeck.lint.rule import about_allowances

RULE = about_allowances(__name__, __doc__, "Write the reason after the parenthesis.")
