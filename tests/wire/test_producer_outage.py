"""A producer with a batch in hand waits for its broker in peace."""

import asyncio
import logging
import time

import pytest

from shared.messaging.broker import make_producer
from tests.support.apache_kafka import ApacheKafka
from tests.support.eventually import eventually
from tests.support.kafka_jars import java_can_run_kafka
from tests.support.wire import cluster_of_addresses, make_topics

MATCHES = "mentoring.matches.v1"


async def test_a_batch_in_hand_asks_for_its_broker_at_most_ten_times_a_second(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """When the broker is back the batch arrives; aiokafka alone asks some 7,000 times a second."""
    if not java_can_run_kafka():
        pytest.skip("restarts need Java 17 and Maven")
    with ApacheKafka(heap="512m") as broker, caplog.at_level(logging.ERROR, "aiokafka"):
        cluster = cluster_of_addresses(broker.bootstrap)
        await make_topics(cluster, MATCHES)
        producer = make_producer(cluster, "patient")
        await producer.start()
        await producer.send_and_wait(MATCHES, b"before", partition=0)
        await asyncio.to_thread(broker.stop)
        waiting = asyncio.create_task(producer.send_and_wait(MATCHES, b"after", partition=0))
        begun = time.monotonic()
        await eventually(lambda: asked(caplog) >= 11, timeout=10)
        seconds, times = time.monotonic() - begun, asked(caplog)
        await asyncio.to_thread(broker.start)
        assert (await asyncio.wait_for(waiting, timeout=20)).offset == 1
        await producer.stop()
    assert (times - 1) / seconds < 12


def asked(caplog: pytest.LogCaptureFixture) -> int:
    """How often it asked the broker in vain."""
    return sum(record.getMessage().startswith("Unable to update metadata") for record in caplog.records)
