"""What the subscribers of the topic get, by protocol: programs the notice as JSON, people a text."""

import re
from collections.abc import Mapping
from typing import Final

from services.admin.notify.notice import Notice
from services.admin.notify.quoting import name, without_links

# SNS API reference, Publish: what fits one message to a phone, of plain ASCII.
_SMS_LENGTH: Final = 140
# A sentence that ends with the command that comes next. What people wrote is in quotes, so it is ours.
_WITH_COMMAND: Final = re.compile(r"(?P<sentence>.*:) (?P<command>sentinel [a-z -]+[0-9a-f]+)", re.DOTALL)


def subject_of(notice: Notice) -> str:
    """Name the event, the user and the profile."""
    names = [name(each) for each in (notice.user, notice.profile) if each]
    return " ".join(["Sentinel:", notice.event, *names])


def texts_of(notice: Notice) -> Mapping[str, str]:
    """Write the text for each protocol of SNS that has one of its own; `default` is for all others."""
    return {"default": notice.body().decode(), "email": _email(notice), "sms": _sms(notice)}


def _email(notice: Notice) -> str:
    """Write the sentence; then the command that comes next and the link to the console, each on a line of its own."""
    found = _WITH_COMMAND.fullmatch(notice.text)
    sentence, command = (notice.text, None) if found is None else (found["sentence"], found["command"])
    about = f"{notice.event}, {notice.at:%Y-%m-%d %H:%M UTC}, {name(notice.details['id'])}"
    lines = [without_links(sentence), command, None if notice.link is None else f"Console: {notice.link}", about]
    return "\n\n".join(line for line in lines if line is not None) + "\n"


def _sms(notice: Notice) -> str:
    """Write the subject, with the link where both fit; nothing that people wrote."""
    subject = subject_of(notice)
    linked = subject if notice.link is None else f"{subject} {notice.link}"
    return linked if linked.isascii() and len(linked) <= _SMS_LENGTH else subject[:_SMS_LENGTH]
