"""People: the HR feed against four stores and the people topic."""

from collections import Counter
from typing import Any

from deploy.local.demo.checks import Checks, tally
from deploy.local.demo.dump import Dump
from deploy.local.demo.feed import TOPIC
from deploy.local.demo.hr_reading import read_feed
from deploy.local.demo.stage import Stage
from shared.events.catalog import SERVICES


async def expect_people(stage: Stage, dump: Dump, checks: Checks) -> dict[str, Any]:
    """Every person, every fact and every refusal of the feed."""
    checks.about("People from HR")
    feed = read_feed(dump.on(TOPIC))
    value = stage.stores.value
    checks.same(
        "every person of the feed is known everywhere",
        enterprise=stage.plan.people,
        feed=len(feed.people),
        topic=len({record.key for record in dump.of("mentoring.person.changed.v1")}),
        **{service: await value(service, "select count(*) from person") for service in SERVICES},
    )
    checks.same(
        "every fact of the feed is one observation",
        feed=len(feed.facts),
        matching=await value("matching", "select count(*) from observation"),
    )
    by_reason = "select reason, count(*) from set_aside where topic = $1 group by reason"
    refused = tally(await stage.stores.counts("matching", by_reason, TOPIC))
    letters = Counter(record.header("dlq-reason") for record in dump.on("mentoring.matching.dlq"))
    checks.same(
        "every record that says nothing is refused with its reason",
        feed=tally(feed.refused),
        matching=refused,
        dead_letters=tally(letters),
    )
    checks.same(
        "a key that came back as somebody else waits for a human",
        feed=feed.stolen_keys,
        matching=await value("matching", "select count(*) from person where held"),
    )
    checks.some("keys came back as somebody else", feed.stolen_keys)
    return {"people": await value("matching", "select count(*) from person"), "refused": refused}
