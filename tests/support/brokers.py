"""The Kafka that tests run on: the first that is there, in a fixed order.

1. `KAFKA_BOOTSTRAP_SERVERS`; 2. Docker (testcontainers); 3. Java and Maven (Apache Kafka's jars);
4. the embedded broker.
`MENTORING_TEST_BROKER` (external, testcontainers, jars, embedded) takes one of them whatever else is there.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from deploy.local.broker import EmbeddedBroker
from deploy.local.probe import api_keys
from tests.support.apache_kafka import ApacheKafka
from tests.support.containers import KAFKA_IMAGE, kafka_container
from tests.support.docker_engine import docker_can_run
from tests.support.kafka_jars import java_can_run_kafka

# ConsumerGroupHeartbeat, Kafka 4's own group protocol: the compatible brokers seen do not answer it.
_ONLY_APACHE_KAFKA = 68


class BrokerKind(StrEnum):
    """Where the broker of a test run comes from."""

    EXTERNAL = "external"
    TESTCONTAINERS = "testcontainers"
    JARS = "jars"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Kafka:
    """A running broker. `apache` says whether it is Apache Kafka; delivery is proved on nothing else."""

    bootstrap: list[str]
    kind: BrokerKind
    idempotent: bool
    apache: bool


def choose_broker(environment: Mapping[str, str] = os.environ) -> BrokerKind:
    """What `running_broker` will take; starts nothing."""
    if wanted := environment.get("MENTORING_TEST_BROKER"):
        return BrokerKind(wanted)
    if environment.get("KAFKA_BOOTSTRAP_SERVERS"):
        return BrokerKind.EXTERNAL
    if docker_can_run(KAFKA_IMAGE):
        return BrokerKind.TESTCONTAINERS
    return BrokerKind.JARS if java_can_run_kafka() else BrokerKind.EMBEDDED


@contextmanager
def running_broker(kind: BrokerKind) -> Iterator[Kafka]:
    """Start the broker, or find the external one, and end what was started."""
    match kind:
        case BrokerKind.EXTERNAL:
            bootstrap = os.environ["KAFKA_BOOTSTRAP_SERVERS"].split(",")
            yield Kafka(bootstrap, kind, idempotent=True, apache=is_apache_kafka(bootstrap[0]))
        case BrokerKind.TESTCONTAINERS:
            with kafka_container() as bootstrap:
                yield Kafka(bootstrap, kind, idempotent=True, apache=True)
        case BrokerKind.JARS:
            with ApacheKafka() as node:
                yield Kafka(node.bootstrap, kind, idempotent=True, apache=True)
        case BrokerKind.EMBEDDED:
            with EmbeddedBroker() as broker:
                yield Kafka(broker.bootstrap, kind, idempotent=broker.idempotent, apache=False)


def is_apache_kafka(address: str) -> bool:
    """Whether the broker at `host:port` is Apache Kafka 4; False when nobody answers."""
    host, _, port = address.rpartition(":")
    try:
        return _ONLY_APACHE_KAFKA in api_keys(host, int(port))
    except OSError:
        return False
