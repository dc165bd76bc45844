"""Run scheduling alone: `python -m services.scheduling`."""

from services.scheduling.app import create_service
from services.scheduling.settings import SchedulingSettings
from shared.cli import main

if __name__ == "__main__":
    main("scheduling", SchedulingSettings, create_service)
