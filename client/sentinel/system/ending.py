"""Ending this process as its child ended."""

import sys
from contextlib import suppress
from typing import Final

if sys.platform == "win32":
    _CONTROL_C: Final = 0xC000013A
    _SIGN: Final = 1 << 31

    def end_as(code: int) -> int:
        """Return what to pass to `sys.exit` for a child's exit code; below 0 is our own end by Ctrl-C.

        Exit codes are 32 bits without a sign here, and `sys.exit` takes them with one.
        """
        known = _CONTROL_C if code < 0 else code
        return known - 2 * _SIGN if known >= _SIGN else known

else:
    import os
    import resource
    import signal

    _SIGNAL_BASE: Final = 128

    def end_as(code: int) -> int:
        """Return a child's exit code; if a signal ended it (-n), end this process by the same one.

        Where that signal does not end this process (the first one of a container), 128 + n is returned, as shells do.
        """
        if code >= 0:
            return code
        sys.stdout.flush()
        # No core file is written of this process: it held credentials. The child's own core is not affected.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        with suppress(OSError, ValueError):  # SIGKILL has no handler
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
        return _SIGNAL_BASE - code
