"""The leadership program of the story."""

from typing import Any

from deploy.local.demo.plan import Plan

MENTOR_LEVEL = 6
MENTEE_LEVELS = (3, 5)


def leadership(coordinator_id: str, plan: Plan) -> dict[str, Any]:
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
        "cadence_days": plan.cadence_days,
        "session_minutes": 60,
        "first_session_within_days": plan.cadence_days * 5 // 7,
        "duration_days": plan.duration_days,
        "milestones": [
            {
                "code": "expectations",
                "offset_days": 14,
                "tasks": [
                    {"code": "agree_on_goals", "offset_days": 10, "role": "mentee"},
                    {"code": "share_your_path", "offset_days": 14, "role": "mentor"},
                ],
            },
            {"code": "halfway", "offset_days": plan.duration_days // 2, "tasks": []},
        ],
        "themes": ["feedback", "career", "strategy", "difficult_conversations"],
        "proposal_expiry_days": 5,
        "approval_required": True,
        "on_line_conflict": "end",
        "on_audience_exit": "flag",
    }
