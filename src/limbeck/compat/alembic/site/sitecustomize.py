"""Installs Alembic's names in a Python that ``python -m limbeck.compat.alembic`` has started.

It takes itself off the path and lets the sitecustomize that it hides run, if there is one.
"""

import importlib
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [p for p in sys.path if os.path.abspath(p or os.curdir) != _here]
_this = sys.modules.pop("sitecustomize")
try:
    importlib.import_module("sitecustomize")
except ImportError:
    sys.modules["sitecustomize"] = _this

if os.environ.get("LIMBECK_AS_ALEMBIC") == "1":
    from limbeck.compat.alembic import install

    install()
