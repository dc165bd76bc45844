"""Private notes. Nothing of them leaves the store but to those who may read them."""

from dataclasses import replace

from services.engagement.domain import notes
from services.engagement.domain.ids import MatchId, NoteId, PersonId
from services.engagement.domain.notes import Note
from services.engagement.handlers.keys import key_to_write
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.writings import Writings
from services.engagement.vault import Vault
from shared.http.pages import check_version
from shared.persistence.unit_of_work import UnitOfWork


class NoteHandlers:
    """Members write; authors edit, share and delete."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def write(
        self, uow: UnitOfWork, match_id: MatchId, author: PersonId, *, words: str, shared: bool
    ) -> Note:
        """A member writes a note."""
        match = await Matches(uow.connection).lock_of_member(match_id, author)
        match.require_open()
        writings = Writings(uow.connection)
        notes.check_room(await writings.count_notes(match_id))
        note = Note(NoteId(uow.new_id()), match_id, author, shared, uow.now, uow.now)
        wrapped = await key_to_write(uow, self._vault, match)
        await writings.add_note(note, self._vault.seal(wrapped, match_id, note.id, words))
        return note

    async def edit(
        self,
        uow: UnitOfWork,
        match_id: MatchId,
        author: PersonId,
        note_id: NoteId,
        *,
        revision: int,
        words: str,
        shared: bool,
    ) -> Note:
        """The author changes the words, or who reads them."""
        match = await Matches(uow.connection).lock_of_member(match_id, author)
        match.require_open()
        writings = Writings(uow.connection)
        note = notes.own(await writings.lock_note(match_id, note_id), author)
        check_version(revision, note.revision)
        edited = replace(note, shared=shared, edited_at=uow.now, revision=note.revision + 1)
        wrapped = await key_to_write(uow, self._vault, match)
        await writings.save_note(edited, self._vault.seal(wrapped, match_id, note_id, words))
        return edited

    async def delete(self, uow: UnitOfWork, match_id: MatchId, author: PersonId, note_id: NoteId) -> None:
        """The author deletes a note, also when the match is over."""
        await Matches(uow.connection).lock_of_member(match_id, author)
        writings = Writings(uow.connection)
        notes.own(await writings.lock_note(match_id, note_id), author)
        await writings.delete_note(note_id)
