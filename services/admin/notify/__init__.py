"""Notifications: every change of a grant, told to an SNS topic and to webhooks."""

from services.admin.notify.failure import Failure
from services.admin.notify.notice import Notice, notice_for
from services.admin.notify.notifier import Notifier
from services.admin.notify.source import WebhookDocuments

__all__ = ["Failure", "Notice", "Notifier", "WebhookDocuments", "notice_for"]
