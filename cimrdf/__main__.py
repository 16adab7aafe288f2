"""`python -m cimrdf`."""

from __future__ import annotations

import sys

from cimrdf.cli import main

if __name__ == "__main__":
    sys.exit(main())
