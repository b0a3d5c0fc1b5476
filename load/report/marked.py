"""Pages that are partly written by a command: what is between its two markers is replaced, the rest is people's."""


class MarkedPageError(ValueError):
    """The page has not exactly one pair of the command's markers; the message says which."""


def markers(command: str) -> tuple[str, str]:
    """Give the comments between which a command (`load.capacity`) writes."""
    begin, end = (f"<!-- written by python -m {command}: {word} -->" for word in ("begin", "end"))
    return begin, end


def replace(page: str, command: str, text: str) -> str:
    """Put a text between the command's markers.

    Raises:
        MarkedPageError: they are not there, or more than once.

    """
    begin, end = markers(command)
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end or begin in after or end in after:
        raise MarkedPageError(f"the page must have exactly one {begin} and, after it, one {end}")
    return f"{before}{begin}\n{text}\n{end}{after}"
