"""What matching is told by its environment beside the shared settings and those of the HR feeds."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.matching.hr_settings import HrSettings


class MatchingSettings(HrSettings):
    """Variables with the prefix `MATCHING_`."""

    model_config = SettingsConfigDict(env_prefix="MATCHING_")

    solver_processes: int = Field(default=1, ge=1, le=16, description="how many runs are solved at once")
    solver_waiting: int = Field(default=4, ge=1, le=64, description="how many runs one process takes on")
    run_max_participants: int = Field(
        default=5_000, ge=2, le=5_000, description="the largest cohort that a run is made of"
    )
    run_chunk: int = Field(default=200, ge=1, le=1_000, description="proposals published in one transaction")
