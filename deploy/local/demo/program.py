"""The leadership program of the story."""

from typing import Any

MENTOR_LEVEL = 6
MENTEE_LEVELS = (3, 5)
CADENCE_DAYS = 14
DURATION_DAYS = 70


def leadership(coordinator_id: str) -> dict[str, Any]:
    """What the coordinator decides on."""
    low, high = MENTEE_LEVELS
    return {
        "purpose": "leadership",
        "title": "Leadership program",
        "coordinator_ids": [coordinator_id],
        "format": "one_to_one",
        "audience": {
            "mentor": {"field": "job_level", "op": "gte", "values": [MENTOR_LEVEL]},
            "mentee": {
                "all_of": [
                    {"field": "job_level", "op": "gte", "values": [low]},
                    {"field": "job_level", "op": "lte", "values": [high]},
                ]
            },
        },
        "weights": {"skills": 50, "function": 10, "seniority": 20, "zone": 10, "language": 10},
        "constraints": {"min_shared_minutes": 300, "language_required": True},
        "capacity": {"default": 1, "limit": 3},
        "cadence_days": CADENCE_DAYS,
        "session_minutes": 60,
        "first_session_within_days": 10,
        "duration_days": DURATION_DAYS,
        "milestones": [
            {
                "code": "expectations",
                "offset_days": 14,
                "tasks": [
                    {"code": "agree_on_goals", "offset_days": 10, "role": "mentee"},
                    {"code": "share_your_path", "offset_days": 14, "role": "mentor"},
                ],
            },
            {"code": "halfway", "offset_days": 35, "tasks": []},
        ],
        "themes": ["feedback", "career", "strategy", "difficult_conversations"],
        "proposal_expiry_days": 5,
        "approval_required": True,
        "on_line_conflict": "end",
        "on_audience_exit": "flag",
    }
