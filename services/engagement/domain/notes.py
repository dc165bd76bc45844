"""Private notes: readable by their author, or by all members when shared; nobody else, ever."""

from dataclasses import dataclass
from datetime import datetime

from services.engagement.domain.errors import NoSuchNote, TooMany
from services.engagement.domain.ids import MatchId, NoteId, PersonId

MAX_NOTES = 500


@dataclass(frozen=True, slots=True)
class Note:
    """A note without its words, which are encrypted; `revision` counts its edits from 1."""

    id: NoteId
    match_id: MatchId
    author_id: PersonId
    shared: bool
    written_at: datetime
    edited_at: datetime
    revision: int = 1

    def readable_by(self, person_id: PersonId) -> bool:
        """Whether a member of the match may read it."""
        return self.shared or self.author_id == person_id


def check_room(notes: int) -> None:
    """Raise TooMany when a match has as many notes as it may have."""
    if notes >= MAX_NOTES:
        raise TooMany(limit=MAX_NOTES)


def own(note: Note | None, person_id: PersonId) -> Note:
    """The note when it is the person's own to edit, share or delete; else NoSuchNote."""
    if note is None or note.author_id != person_id:
        raise NoSuchNote
    return note
