"""The closed sets that metrics have as labels."""

from typing import Final

OUTCOMES: Final = ("ok", "ignored", "duplicate", "dlq", "parked", "skipped", "gap", "unreadable")
"""What became of a record."""
DEAD_REASONS: Final = (
    "bad_body",
    "bad_headers",
    "bad_key",
    "handler_failed",
    "key_mismatch",
    "no_body",
    "no_event_type",
    "no_key_or_sequence",
    "no_replay",
    "refused",
    "too_large",
    "unknown_topic",
    "wrong_topic",
)
"""Why a record became a dead letter; `refused` is every code of a handler that refuses foreign records."""
RELAY_ERRORS: Final = ("broker", "connection", "database", "timeout", "other")
"""What kept the relay from publishing."""
DUE_OUTCOMES: Final = ("ok", "retry")
NO_HANDLER: Final = "none"
NO_ANSWER: Final = "none"
HTTP_ANSWERS: Final = ("2xx", "3xx", "4xx", "5xx", NO_ANSWER)
