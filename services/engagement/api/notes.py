"""Private notes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import StringConstraints

from services.engagement.api.context import MAX_WORDS, Body, Context, Made, View
from services.engagement.domain.ids import MatchId, NoteId, PersonId
from services.engagement.domain.notes import Note
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.writings import Writings
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, allow_signed_in
from shared.http.commands import CurrentCall, Outcome
from shared.http.pages import IfMatch, Page, Pages
from shared.persistence.unit_of_work import UnitOfWork


class NoteBody(Body):
    """A note; `shared` lets the other members read it too."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=MAX_WORDS)]
    shared: bool = False


class NoteView(View):
    note_id: UUID
    author_id: UUID
    shared: bool
    written_at: datetime
    edited_at: datetime
    revision: int
    words: str


def note_routes(context: Context) -> APIRouter:
    """Reading and writing notes."""
    notes = context.handlers.notes
    router = APIRouter(prefix="/matches/{match_id}/notes", tags=["notes"], dependencies=[allow_signed_in()])

    @router.get("")
    async def list_notes(match_id: UUID, pages: Pages, identity: CurrentIdentity) -> Page[NoteView]:
        """The caller's own notes and the shared ones, the newest first."""
        person, match = PersonId(identity.require_person()), MatchId(match_id)
        after = pages.after(UUID)
        async with context.units.read() as connection:
            await Matches(connection).of_member(match, person)
            writings = Writings(connection)
            wrapped = await writings.wrapped_key(match)
            rows = await writings.page_of_notes(
                match, person, after=NoteId(after) if after else None, limit=pages.fetch
            )
        if wrapped is None:
            return Page(items=[])
        views = [_view(note, context.vault.open(wrapped, match, note.id, words)) for note, words in rows]
        return pages.page(views, key=lambda view: view.note_id)

    @router.post("", status_code=201, response_model=Made)
    async def write_note(match_id: UUID, body: NoteBody, call: CurrentCall) -> Response:
        """Write a note."""
        person = PersonId(call.person_id)

        async def run(uow: UnitOfWork) -> Outcome:
            note = await notes.write(uow, MatchId(match_id), person, words=body.words, shared=body.shared)
            return Outcome(body=Made(id=note.id), status=201, subject_id=note.id, version=note.revision)

        return await call.run(run, Audit("note_written", "note"))

    @router.put("/{note_id}", status_code=204, response_class=Response)
    async def edit_note(
        match_id: UUID, note_id: UUID, body: NoteBody, revision: IfMatch, call: CurrentCall
    ) -> Response:
        """Change the words of an own note, or who reads it."""
        person = PersonId(call.person_id)

        async def run(uow: UnitOfWork) -> Outcome:
            note = await notes.edit(
                uow,
                MatchId(match_id),
                person,
                NoteId(note_id),
                revision=revision,
                words=body.words,
                shared=body.shared,
            )
            return Outcome(status=204, version=note.revision)

        return await call.run(run, Audit("note_edited", "note", note_id))

    @router.delete("/{note_id}", status_code=204, response_class=Response)
    async def delete_note(match_id: UUID, note_id: UUID, call: CurrentCall) -> Response:
        """Delete an own note."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: notes.delete(uow, MatchId(match_id), person, NoteId(note_id)),
            Audit("note_deleted", "note", note_id),
        )

    return router


def _view(note: Note, words: str) -> NoteView:
    return NoteView(
        note_id=note.id,
        author_id=note.author_id,
        shared=note.shared,
        written_at=note.written_at,
        edited_at=note.edited_at,
        revision=note.revision,
        words=words,
    )
