"""What other programs read of ours is UTF-8. Windows would write a pipe or a file in its console's code page."""

import sys

if sys.platform == "win32":
    from io import TextIOWrapper

    def write_utf8() -> None:
        """Write UTF-8 to pipes and files from now on. A console takes any text as it is."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper) and not stream.isatty():
                stream.reconfigure(encoding="utf-8")

else:

    def write_utf8() -> None:
        """Leave it to the locale, which is UTF-8."""
