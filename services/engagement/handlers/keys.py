"""The key of a match's words."""

from services.engagement.domain.errors import NotesClosed
from services.engagement.domain.match import Match
from services.engagement.persistence.people import People
from services.engagement.persistence.writings import Writings
from services.engagement.vault import Vault
from shared.persistence.unit_of_work import UnitOfWork


async def key_to_write(uow: UnitOfWork, vault: Vault, match: Match) -> bytes:
    """The wrapped key of a held match, made when it is needed first.

    Raises NotesClosed once a member was erased: the pair writes no more.
    """
    if await People(uow.connection).any_erased([member.person_id for member in match.members]):
        raise NotesClosed
    writings = Writings(uow.connection)
    wrapped = await writings.wrapped_key(match.id)
    if wrapped is None:
        wrapped = vault.new_key(match.id)
        await writings.add_key(match.id, wrapped)
    return wrapped
