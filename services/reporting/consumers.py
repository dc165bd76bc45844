"""Which event goes to which handler."""

from services.reporting.handlers import engagement, matches, participants, people, programs, sessions
from shared.events.availability import AvailabilityChanged
from shared.events.engagement import (
    FitCheckAnswered,
    FlagRaised,
    FlagResolved,
    GoalProgressed,
    GoalReached,
    GoalSet,
    HealthChanged,
    MilestoneReached,
    NudgeSent,
    PulseAnswered,
    SessionLogged,
)
from shared.events.match_runs import MatchRunCompleted
from shared.events.matches import (
    MatchAccepted,
    MatchAcceptedBySide,
    MatchActivated,
    MatchCompleted,
    MatchDeclined,
    MatchEnded,
    MatchExpired,
    MatchOffered,
    MatchPaused,
    MatchProposed,
    MatchResumed,
)
from shared.events.participants import (
    ParticipantEnrolled,
    ParticipantPaused,
    ParticipantResumed,
    ParticipantUpdated,
    ParticipantWithdrawn,
)
from shared.events.people import PersonChanged
from shared.events.programs import CohortClosed, CohortOpened, ProgramPublished
from shared.events.sessions import SessionCancelled, SessionRescheduled, SessionScheduled
from shared.messaging.routes import Routes


def make_routes() -> Routes:
    """The reactions of this service: to all that changes a figure.

    What MatchFlagged says comes back as FlagRaised; reminders change nothing.
    """
    routes = Routes()
    routes.on(PersonChanged, people.person_changed).on_tombstone(PersonChanged, people.person_erased)
    routes.on(AvailabilityChanged, people.availability_changed)
    routes.on(ProgramPublished, programs.program_published)
    routes.on(CohortOpened, programs.cohort_opened).on(CohortClosed, programs.cohort_closed)
    routes.on(MatchRunCompleted, programs.match_run_completed)
    routes.on(ParticipantEnrolled, participants.participant_enrolled)
    routes.on(ParticipantUpdated, participants.participant_updated)
    routes.on(ParticipantPaused, participants.participant_paused)
    routes.on(ParticipantResumed, participants.participant_resumed)
    routes.on(ParticipantWithdrawn, participants.participant_withdrawn)
    routes.on(MatchProposed, matches.match_proposed).on(MatchOffered, matches.match_offered)
    routes.on(MatchAcceptedBySide, matches.match_accepted_by_side).on(MatchAccepted, matches.match_accepted)
    routes.on(MatchDeclined, matches.match_declined).on(MatchExpired, matches.match_expired)
    routes.on(MatchActivated, matches.match_activated)
    routes.on(MatchPaused, matches.match_paused).on(MatchResumed, matches.match_resumed)
    routes.on(MatchCompleted, matches.match_completed).on(MatchEnded, matches.match_ended)
    routes.on(SessionScheduled, sessions.session_scheduled)
    routes.on(SessionRescheduled, sessions.session_rescheduled)
    routes.on(SessionCancelled, sessions.session_cancelled)
    routes.on(SessionLogged, engagement.session_logged)
    routes.on(GoalSet, engagement.goal_set).on(GoalProgressed, engagement.goal_progressed)
    routes.on(GoalReached, engagement.goal_reached).on(MilestoneReached, engagement.milestone_reached)
    routes.on(PulseAnswered, engagement.pulse_answered).on(FitCheckAnswered, engagement.fit_check_answered)
    routes.on(HealthChanged, engagement.health_changed).on(NudgeSent, engagement.nudge_sent)
    routes.on(FlagRaised, engagement.flag_raised).on(FlagResolved, engagement.flag_resolved)
    return routes
