"""Runs this service alone."""

from services.reporting.app import create_service
from services.reporting.rebuild.command import rebuild_command
from services.reporting.settings import ReportingSettings
from shared.cli import make_cli

cli = make_cli("reporting", ReportingSettings, create_service)
cli.command("rebuild")(rebuild_command)
cli()
