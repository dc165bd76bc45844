"""Run engagement alone: `python -m services.engagement`."""

from services.engagement.app import create_service
from services.engagement.settings import EngagementSettings
from shared.cli import main

if __name__ == "__main__":
    main("engagement", EngagementSettings, create_service)
