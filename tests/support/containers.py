"""Apache Kafka and PostgreSQL as containers, where a Docker engine runs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.database_url import DatabaseUrl
from deploy.local.probe import BrokerDidNotStart, api_keys, free_ports
from tests.support.kafka_jars import KAFKA_VERSION

KAFKA_IMAGE = f"apache/kafka:{KAFKA_VERSION}"
POSTGRES_IMAGE = "postgres:18-alpine"

_START_SECONDS = 60


@contextmanager
def kafka_container() -> Iterator[list[str]]:
    """One Kafka node; its port is the same inside and outside, so that it can advertise it at its start."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - imports Docker's client

    (port,) = free_ports(1)
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(port, port)
    host = container.get_container_host_ip()
    settings = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{host}:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    for name, value in settings.items():
        container.with_env(name, value)
    with container:
        _wait_for_kafka(host, port)
        yield [f"{host}:{port}"]


@contextmanager
def postgres_container() -> Iterator[DatabaseUrl]:
    """One server; the yielded address is its superuser's."""
    from testcontainers.postgres import PostgresContainer  # noqa: PLC0415 - imports Docker's client

    with PostgresContainer(POSTGRES_IMAGE, driver=None) as container:
        yield DatabaseUrl.parse(container.get_connection_url())


def _wait_for_kafka(host: str, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            api_keys(host, port)
        except OSError as refused:
            if time.monotonic() > deadline:
                raise BrokerDidNotStart(
                    f"the container did not answer within {_START_SECONDS} s"
                ) from refused
            time.sleep(0.1)
        else:
            return
