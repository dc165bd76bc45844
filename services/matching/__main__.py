"""Run matching alone: `python -m services.matching`."""

from services.matching.app import create_service
from services.matching.settings import MatchingSettings
from shared.cli import main

if __name__ == "__main__":
    main("matching", MatchingSettings, create_service)
