"""Run matching alone: `python -m services.matching`; or match a cohort in files, which loads no service."""

import os
import sys

from services.matching.files.commands import FILE_COMMANDS, add_file_commands, make_file_cli

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in FILE_COMMANDS:
        make_file_cli()()
    else:
        from services.matching.app import create_service
        from services.matching.run_commands import add_run_commands
        from services.matching.settings import MatchingSettings
        from shared.cli import make_cli
        from shared.settings import load_settings

        cli = make_cli("matching", MatchingSettings, create_service)
        add_run_commands(cli, lambda: load_settings(MatchingSettings, dict(os.environ)))
        add_file_commands(cli)
        cli()
