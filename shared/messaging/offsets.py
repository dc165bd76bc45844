"""Where a service's consumer group stands in its topics, and how an operator moves it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code

from shared.events.catalog import TOPICS, consumed_by
from shared.messaging.broker import Cluster, make_admin, make_committer, make_reader

_POLL_SECONDS: Final = 0.5
_KNOWN_SECONDS: Final = 30.0
_GRACE_SECONDS: Final = 5.0
"""Over the session timeout, after which the broker forgets a member that stopped."""


class GroupIsActiveError(RuntimeError):
    """The group has members, which would overwrite what an operator commits."""

    def __init__(self, members: Sequence[str]) -> None:
        super().__init__(f"the group has {len(members)} members at work: {', '.join(members)}")


class UnknownTopicError(ValueError):
    """The group reads no such topic."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"this service's group reads no topic {topic}")


@dataclass(frozen=True, slots=True)
class Standing:
    """One partition: where it begins and ends, and where the group stands (None: nowhere yet)."""

    topic: str
    partition: int
    begin: int
    end: int
    committed: int | None

    @property
    def unread(self) -> int:
        """Records that the group has not consumed."""
        return self.end - (self.begin if self.committed is None else max(self.begin, self.committed))


@dataclass(frozen=True, slots=True)
class Move:
    """What a reset does to one partition."""

    standing: Standing
    to: int

    @property
    def read_again(self) -> int:
        """Records that were consumed and will be once more."""
        before = self.standing.committed
        return 0 if before is None else max(0, min(before, self.standing.end) - self.to)

    @property
    def skipped(self) -> int:
        """Records that will never be consumed."""
        at = self.standing.begin if self.standing.committed is None else self.standing.committed
        return max(0, self.to - max(at, self.standing.begin))

    def row(self) -> dict[str, Any]:
        """As the command prints it."""
        return {
            "topic": self.standing.topic,
            "partition": self.standing.partition,
            "from": self.standing.committed,
            "to": self.to,
            "read_again": self.read_again,
            "skipped": self.skipped,
        }


class GroupOffsets:
    """The group of one service on one cluster; `topics` are named as on the cluster, prefix included."""

    def __init__(self, service: str, cluster: Cluster) -> None:
        self._cluster = cluster
        self._group = f"{cluster.prefix}{service}"
        self._prefix = cluster.prefix
        self._consumed = [cluster.full_name(topic.name) for topic in consumed_by(service)]

    def is_foreign(self, topic: str) -> bool:
        """Whether a topic is outside the contract: its records are told apart for a time only."""
        return topic.removeprefix(self._prefix) not in TOPICS

    async def members(self) -> list[str]:
        """The ids of the group's members; a static one stays for the session timeout after it stopped."""
        admin = await self._admin()
        try:
            return await self._members(admin)
        finally:
            await admin.close()

    async def standing(self, topic: str | None = None) -> list[Standing]:
        """Every partition of the topics that the group reads, or of one of them.

        Raises:
            UnknownTopicError: the group does not read that topic.
        """
        admin = await self._admin()
        try:
            offsets = await admin.list_consumer_group_offsets(self._group)
            committed = {at: offset.offset for at, offset in offsets.items() if offset.offset >= 0}
            topics = {*self._consumed, *(at.topic for at in committed)}
            if topic is not None:
                wanted = {topic, self._cluster.full_name(topic)} & topics
                if not wanted:
                    raise UnknownTopicError(topic)
                topics = wanted
            found = await admin.describe_topics(sorted(topics))
        finally:
            await admin.close()
        places = [
            TopicPartition(each["topic"], partition["partition"])
            for each in found
            for partition in each["partitions"]
        ]
        return await self._between(places, committed)

    async def plan(self, standings: Sequence[Standing], to: int | str | datetime) -> list[Move]:
        """The moves to `earliest`, `latest`, an offset, or the first record written since a moment."""
        if isinstance(to, datetime):
            return await self._since(standings, to)
        return [Move(each, _target(each, to)) for each in standings]

    async def wait_until_empty(self) -> None:
        """Return once the group has no members: those that stopped are forgotten after the session timeout.

        Raises:
            GroupIsActiveError: members stay longer than that, so they are at work.
        """
        deadline = time.monotonic() + self._cluster.session_timeout.total_seconds() + _GRACE_SECONDS
        admin = await self._admin()
        try:
            while members := await self._members(admin):
                if time.monotonic() > deadline:
                    raise GroupIsActiveError(members)
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            await admin.close()

    async def apply(self, moves: Sequence[Move]) -> None:
        """Commit the moves; the group must be empty."""
        committer = make_committer(self._cluster, self._group)
        await committer.start()
        try:
            committer.assign([_place(move.standing) for move in moves])
            await committer.commit({_place(move.standing): move.to for move in moves})
        finally:
            await committer.stop()

    async def _since(self, standings: Sequence[Standing], moment: datetime) -> list[Move]:
        reader = await self._reader()
        try:
            milliseconds = round(moment.timestamp() * 1000)
            found = await reader.offsets_for_times({_place(each): milliseconds for each in standings})
        finally:
            await reader.stop()
        return [
            Move(each, at.offset if (at := found.get(_place(each))) is not None else each.end)
            for each in standings
        ]

    async def _between(
        self, places: Sequence[TopicPartition], committed: dict[TopicPartition, int]
    ) -> list[Standing]:
        reader = await self._reader()
        try:
            begins, ends = await reader.beginning_offsets(places), await reader.end_offsets(places)
        finally:
            await reader.stop()
        return [
            Standing(at.topic, at.partition, begins[at], ends[at], committed.get(at)) for at in sorted(places)
        ]

    async def _members(self, admin: AIOKafkaAdminClient) -> list[str]:
        answers = await admin.describe_consumer_groups([self._group])
        members = []
        for error, _, _, _, _, found, *_ in (group for answer in answers for group in answer.groups):
            if error:
                raise for_code(error)
            members += [member[0] for member in found]
        return sorted(members)

    async def _admin(self) -> AIOKafkaAdminClient:
        admin = make_admin(self._cluster.bootstrap_servers, "operator")
        await admin.start()
        try:
            await self._group_is_known(admin)
        except BaseException:
            await admin.close()
            raise
        return admin

    async def _group_is_known(self, admin: AIOKafkaAdminClient) -> None:
        """A broker that was asked for a group for the first time makes its offsets topic first."""
        async with asyncio.timeout(_KNOWN_SECONDS):
            while True:
                try:
                    await admin.find_coordinator(self._group)
                except KafkaError as error:
                    if not error.retriable:
                        raise
                    await asyncio.sleep(_POLL_SECONDS)
                else:
                    return

    async def _reader(self) -> AIOKafkaConsumer:
        reader = make_reader(self._cluster, "operator")
        await reader.start()
        return reader


def _place(standing: Standing) -> TopicPartition:
    return TopicPartition(standing.topic, standing.partition)


def _target(standing: Standing, to: int | str) -> int:
    """Within what the partition holds."""
    if isinstance(to, int):
        return min(max(to, standing.begin), standing.end)
    return standing.begin if to == "earliest" else standing.end


def row_of(standing: Standing) -> dict[str, Any]:
    """As the command prints it."""
    return asdict(standing) | {"unread": standing.unread}
