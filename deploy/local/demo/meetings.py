"""What pairs do week by week: sessions are held, missed, moved, and something comes of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from deploy.local.demo.stage import Stage

ENGAGEMENT: Final = "/api/engagement/v1"
SCHEDULING: Final = "/api/scheduling/v1"
_MISSED: Final = 0.1
_BETWEEN_LOGS: Final = timedelta(hours=84)
_MOVED_AT_MOST: Final = 3
_WITH_GOAL: Final = 3

_OVER: Final = """
    select s.session_id, s.match_id, s.starts_at,
        array_agg(p.login_subject order by p.login_subject) as logins
    from session s join match_member m using (match_id) join person p on p.person_id = m.person_id
    where s.state = 'scheduled' and s.ends_at <= $1
    group by s.session_id order by s.ends_at, logins
"""
_UPCOMING: Final = """
    select s.session_id, array_agg(p.login_subject order by p.login_subject) as logins
    from session s join match_member m using (match_id) join person p on p.person_id = m.person_id
    where s.state = 'scheduled' and s.starts_at > $1
    group by s.session_id order by s.starts_at, logins limit $2
"""


@dataclass(slots=True)
class Meetings:
    """`silent` pairs go quiet after their first session, `misfits` say that they do not fit; by match id."""

    random: Random
    silent: frozenset[str]
    misfits: frozenset[str]
    welcomed: set[str] = field(default_factory=set)

    async def one_week(self, stage: Stage, end: datetime) -> None:
        """Until `end`: what is over is logged twice a week, and somebody needs another time."""
        moved = False
        while stage.clock.now() < end:
            await stage.advance_to(min(end, stage.clock.now() + _BETWEEN_LOGS))
            over = await stage.stores.rows("scheduling", _OVER, stage.clock.now())
            firsts = await self._log_all(stage, over)
            if firsts:
                await stage.settle()
                await stage.together(self._begin_well(stage, *first) for first in enumerate(firsts))
                await stage.settle()
            moved = moved or await _move_one(stage)
        await stage.settle()

    async def _log_all(self, stage: Stage, over: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Log every session but those of the silent; the first ones that were held come back."""
        firsts, calls = [], []
        for session in over:
            match_id = str(session["match_id"])
            known = match_id in self.welcomed
            if known and match_id in self.silent:
                continue
            if not known:
                self.welcomed.add(match_id)
                firsts.append(session)
            calls.append(self._log(stage, session, missed=known and self.random.random() < _MISSED))
        await stage.together(calls)
        if calls and not firsts:
            await stage.settle()
        return firsts

    def _log(self, stage: Stage, session: dict[str, Any], *, missed: bool) -> Any:
        """A member logs what became of a session."""
        body = {
            "outcome": "no_show" if missed else "held",
            "minutes": 0 if missed else self.random.randrange(35, 65),
            "themes": [] if missed else [self.random.choice(("feedback", "career", "strategy"))],
            "occurred_at": session["starts_at"].isoformat(),
            "session_id": str(session["session_id"]),
        }
        login = self.random.choice(session["logins"])
        return stage.api.post(f"{ENGAGEMENT}/matches/{session['match_id']}/session-logs", login, (), body)

    async def _begin_well(self, stage: Stage, number: int, session: dict[str, Any]) -> None:
        """After the first session: the fit check, before it a goal and a milestone of every third pair."""
        match_id, login = str(session["match_id"]), session["logins"][0]
        path = f"{ENGAGEMENT}/matches/{match_id}"
        if number % _WITH_GOAL == 0:
            await self._aim(stage, path, login)
        if match_id in self.misfits:
            await stage.api.post(f"{path}/fit-check", login, (), {"answer": "not_a_good_fit"})
            return
        for member in session["logins"]:
            await stage.api.post(f"{path}/fit-check", member, (), {"answer": "good_fit"})

    @staticmethod
    async def _aim(stage: Stage, path: str, login: str) -> None:
        goal = await stage.api.post(f"{path}/goals", login, (), {"words": "Lead my first project"})
        await stage.api.put(f"{path}/goals/{goal['id']}/progress", login, (), {"percent": 40})
        await stage.api.post(f"{path}/milestones/halfway/reached", login)


async def _move_one(stage: Stage) -> bool:
    """Somebody needs another time, and takes the first that the platform offers; whether there was one."""
    soon = stage.clock.now() + timedelta(days=1)
    for session in await stage.stores.rows("scheduling", _UPCOMING, soon, _MOVED_AT_MOST):
        path, login = f"{SCHEDULING}/sessions/{session['session_id']}", session["logins"][0]
        slots = (await stage.api.get(f"{path}/slots", login))["slots"]
        if slots:
            await stage.api.post(f"{path}/move", login, (), {"starts_at": slots[0]["starts_at"]})
            return True
    return False
