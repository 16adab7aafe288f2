"""Messages to try cimrdf with: made up for this project, no real meter or customer is in them."""

from __future__ import annotations

import atexit
import importlib.resources
from contextlib import ExitStack

_kept = ExitStack()
atexit.register(_kept.close)


def examples() -> list[str]:
    """The names of the bundled messages.

    >>> examples()
    ['meter-readings-cim-2013.xml', 'reading-changed-notification-multispeak-4.1.xml']
    """
    folder = importlib.resources.files(__name__)
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".xml"))


def example(name: str) -> str:
    """The path of a bundled message.

    Raises:
        FileNotFoundError: there is no message of this name.
    """
    if name not in examples():
        raise FileNotFoundError(f"there is no bundled message {name!r}; there are {', '.join(examples())}")
    return str(_kept.enter_context(importlib.resources.as_file(importlib.resources.files(__name__) / name)))
