"""`rebuild` of a service whose store cannot be made from topics: it says so, and what can be."""

import json

import typer

from shared.cli_output import REFUSED, AsJson
from shared.events.catalog import TOPICS, consumed_by, retry_topic


def add_rebuild(cli: typer.Typer, name: str) -> None:
    """Put the answer on a command line; a service that can rebuild registers its own command after it."""

    @cli.command()
    def rebuild(as_json: AsJson = False) -> None:
        """Say which part of this store its topics could make anew: it is no read model."""
        source = [topic.name for topic in TOPICS.values() if topic.producer == name and topic.events]
        derived = [topic.name for topic in consumed_by(name) if topic.name != retry_topic(name)]
        if as_json:
            typer.echo(json.dumps({"rebuilds": False, "source_of": source, "derived_from": derived}))
        else:
            typer.echo(f"refused: the store of {name} is the only source of {', '.join(source)}")
            typer.echo(f"it copies facts from {', '.join(derived)}")
            typer.echo("restore it from its backup; then: offsets reset --to earliest")
        raise typer.Exit(REFUSED)
