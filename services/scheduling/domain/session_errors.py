"""Why a step of a session is refused."""

from shared.errors import Conflict, Forbidden, Invalid


class SessionStepIllegal(Conflict):
    """The session's state has no such step; parameters: state, step."""

    code = "session_step_illegal"


class SessionBegun(Conflict):
    """It has begun: it can only be logged."""

    code = "session_begun"


class MatchNotActive(Conflict):
    """Sessions are booked for active matches only."""

    code = "match_not_active"


class MemberDoubleBooked(Conflict):
    """A member has another session at that time; parameter: person_id."""

    code = "member_double_booked"


class SessionActorRefused(Forbidden):
    """Not a step for this kind of actor; parameters: step, actor."""

    code = "session_actor_refused"


class NotASessionMember(Forbidden):
    """A member's step by somebody who is not in the match."""

    code = "not_a_session_member"


class SessionTimePast(Invalid):
    """The time begins in the past, or now."""

    code = "session_time_past"


class MeetingLinkRefused(Invalid):
    """Not an absolute https address of at most 2000 characters without blanks."""

    code = "meeting_link_refused"
