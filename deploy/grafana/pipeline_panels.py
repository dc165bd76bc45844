"""What the board of the pipeline shows, section by section."""

from typing import Final

from deploy.grafana.panels import Panel

_JOB: Final = 'job=~"$job"'
_BY_JOB: Final = "{{job}}"

_PROMISES: Final = (
    Panel(
        "Budget burnt, 1 h",
        "1 spends exactly the month's budget in a month; 14.4 wakes somebody.",
        "none",
        (
            (
                (
                    f"mentoring:slo_errors:ratio_rate1h{{{_JOB}}} "
                    "/ on (slo) group_left () mentoring:slo_errors:budget"
                ),
                "{{job}} {{slo}}",
            ),
        ),
        limit=14.4,
    ),
    Panel(
        "From recording to effect",
        "The age of events when they have their effect.",
        "s",
        (
            (f"mentoring:event_age_seconds:p50_5m{{{_JOB}}}", "{{job}} p50"),
            (f"mentoring:event_age_seconds:p99_5m{{{_JOB}}}", "{{job}} p99"),
        ),
        limit=5,
    ),
    Panel(
        "Records by what became of them",
        "All outcomes but `ok` and `ignored` deserve a look.",
        "cps",
        ((f"sum by (outcome) (mentoring:records:rate5m{{{_JOB}}})", "{{outcome}}"),),
    ),
)
_READING: Final = (
    Panel(
        "Lag in seconds",
        "The oldest record that was not consumed yet.",
        "s",
        ((f"max by (job, topic) (mentoring_consumer_lag_seconds{{{_JOB}}})", "{{job}} {{topic}}"),),
        limit=60,
    ),
    Panel(
        "Lag in records",
        "Records that were not consumed yet, over all replicas.",
        "short",
        ((f"sum by (job, topic) (mentoring_consumer_lag_records{{{_JOB}}})", "{{job}} {{topic}}"),),
    ),
    Panel(
        "Since the last batch",
        "An idle replica ends no batch either: compare with the lag.",
        "s",
        ((f"time() - mentoring_consumer_last_progress_timestamp_seconds{{{_JOB}}}", "{{instance}}"),),
    ),
    Panel(
        "Partitions",
        "Of each replica; all topics of a service add up over its replicas.",
        "none",
        ((f"mentoring_consumer_assigned_partitions{{{_JOB}}}", "{{instance}}"),),
    ),
    Panel(
        "Rebalances, retries, failed commits",
        "In 5 minutes.",
        "short",
        (
            (f"sum by (job) (increase(mentoring_rebalances_total{{{_JOB}}}[5m]))", "{{job}} rebalances"),
            (f"sum by (job) (increase(mentoring_batch_retries_total{{{_JOB}}}[5m]))", "{{job}} retries"),
            (f"sum by (job) (increase(mentoring_commit_errors_total{{{_JOB}}}[5m]))", "{{job}} commits"),
        ),
    ),
    Panel(
        "Time in handlers",
        "A record, on average; the slowest ten.",
        "s",
        (
            (
                (
                    f"topk(10, rate(mentoring_handler_duration_seconds_sum{{{_JOB}}}[5m]) "
                    f"/ rate(mentoring_handler_duration_seconds_count{{{_JOB}}}[5m]))"
                ),
                "{{job}} {{handler}}",
            ),
        ),
    ),
)
_REFUSED: Final = (
    Panel(
        "Dead letters and parked keys that wait",
        "They wait for an operator.",
        "short",
        (
            (f"max by (job) (mentoring_dlq_waiting_rows{{{_JOB}}})", "{{job}} dead letters"),
            (f"max by (job) (mentoring_parked_keys{{{_JOB}}})", "{{job}} parked keys"),
        ),
        limit=1,
    ),
    Panel(
        "Dead letters by reason",
        "In an hour.",
        "short",
        (
            (
                f"sum by (job, reason) (increase(mentoring_dlq_messages_total{{{_JOB}}}[1h]))",
                "{{job}} {{reason}}",
            ),
        ),
    ),
    Panel(
        "Duplicates, gaps, clocks",
        "In 5 minutes. Duplicates are refused and cost nothing; gaps wait for their predecessor.",
        "short",
        (
            (
                f"sum by (job) (increase(mentoring_inbox_duplicates_total{{{_JOB}}}[5m]))",
                "{{job}} duplicates",
            ),
            (f"sum by (job) (increase(mentoring_sequence_gaps_total{{{_JOB}}}[5m]))", "{{job}} gaps"),
            (f"sum by (job) (increase(mentoring_clock_skew_total{{{_JOB}}}[5m]))", "{{job}} from the future"),
        ),
    ),
)
_PUBLISHING: Final = (
    Panel(
        "Oldest row in the outbox",
        "How long what happened has been unknown to the others.",
        "s",
        ((f"max by (job) (mentoring_outbox_oldest_age_seconds{{{_JOB}}})", _BY_JOB),),
        limit=60,
    ),
    Panel(
        "Published, and waiting",
        "Rows a second that the broker acknowledged; rows that wait.",
        "short",
        (
            (f"sum by (job) (rate(mentoring_outbox_published_total{{{_JOB}}}[5m]))", "{{job}} a second"),
            (f"max by (job) (mentoring_outbox_pending_rows{{{_JOB}}})", "{{job}} waiting"),
        ),
    ),
    Panel(
        "Shards held, relay failures",
        "16 shards have to be held; failures in 5 minutes.",
        "short",
        (
            (f"sum by (job) (mentoring_relay_shards_held{{{_JOB}}})", "{{job}} shards"),
            (
                f"sum by (job, reason) (increase(mentoring_outbox_publish_errors_total{{{_JOB}}}[5m]))",
                "{{job}} {{reason}}",
            ),
        ),
    ),
)
_PROCESSES: Final = (
    Panel(
        "Transactions, p99",
        "From begin to the end of the commit.",
        "s",
        ((f"mentoring:db_tx_duration_seconds:p99_5m{{{_JOB}}}", _BY_JOB),),
        limit=1,
    ),
    Panel(
        "Connections in use",
        "Of those that the pool keeps.",
        "percentunit",
        (
            (
                (
                    f"mentoring_db_pool_in_use_connections{{{_JOB}}} "
                    f"/ mentoring_db_pool_size_connections{{{_JOB}}}"
                ),
                "{{instance}}",
            ),
        ),
        limit=1,
    ),
    Panel(
        "Loop lag",
        "How late the event loop woke.",
        "s",
        ((f"mentoring_event_loop_lag_seconds{{{_JOB}}}", "{{instance}}"),),
        limit=0.5,
    ),
    Panel(
        "Answers",
        "By class of status; `none`: the caller left before.",
        "reqps",
        ((f"sum by (job, code) (rate(mentoring_http_answers_total{{{_JOB}}}[5m]))", "{{job}} {{code}}"),),
    ),
    Panel(
        "Answers, p99",
        "From a request's first byte to the end of its answer.",
        "s",
        ((f"mentoring:http_request_duration_seconds:p99_5m{{{_JOB}}}", _BY_JOB),),
        limit=0.3,
    ),
    Panel(
        "Due work",
        "Executed in 5 minutes, by outcome.",
        "short",
        (
            (
                f"sum by (job, outcome) (increase(mentoring_due_rows_executed_total{{{_JOB}}}[5m]))",
                "{{job}} {{outcome}}",
            ),
        ),
    ),
)

SECTIONS: Final = (
    ("Promises", _PROMISES),
    ("Reading", _READING),
    ("What was refused", _REFUSED),
    ("Publishing", _PUBLISHING),
    ("Processes", _PROCESSES),
)
