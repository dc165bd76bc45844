"""The figures as SQL; they take `program`, `cohort` (null: all of them) and, where it counts, `as_of`."""

# ruff: noqa: S608 - what is put together here are constants of this module

from typing import Final

_COHORT: Final = "(cast(:cohort as uuid) is null or cohort_id = cast(:cohort as uuid))"

PARTICIPANTS: Final = f"""
    scope as (select * from participant where program_id = :program and {_COHORT})
"""
MATCHES: Final = f"""
    scope as (select * from match where program_id = :program and {_COHORT})
"""

ELIGIBLE: Final = f"""
    select coalesce(sum(eligible), 0) as eligible from cohort where program_id = :program and {_COHORT}
"""

REACH: Final = f"""
    with {PARTICIPANTS}
    select {{group}} as code, stage, count(*) as people
    from (
        select scope.*,
            case
                when bool_or(match.completed_at is not null) over everything then 'completed'
                when bool_or(match.activated_at is not null) over everything then 'active'
                when bool_or(match.accepted_at is not null) over everything then 'accepted'
                when bool_or(match.match_id is not null) over everything then 'matched'
                else 'enrolled'
            end as stage,
            row_number() over everything as nth
        from scope
        left join match_member using (participant_id)
        left join match using (match_id)
        window everything as (partition by scope.participant_id)
    ) as reach
    where nth = 1
    group by 1, 2
"""
"""`{group}` is a column of participant, or a constant."""

PRESENCE: Final = f"""
    with {PARTICIPANTS}
    select
        count(*) filter (where state = 'withdrawn') as withdrawn,
        count(*) filter (
            where state <> 'withdrawn' and coalesce(zone_source, 'unknown') = 'unknown'
        ) as zone_unknown
    from scope left join availability using (person_id)
"""

STATES: Final = f"""
    with {MATCHES} select state as code, count(*) as count from scope group by state
"""

HEALTH: Final = f"""
    with {MATCHES}
    select case when state = 'paused' then 'paused' else coalesce(health, 'too_early') end as code,
        count(*) as count
    from scope left join health using (match_id)
    where state in ('active', 'paused')
    group by 1
"""

_SPREAD: Final = """
    select count(*) as observations,
        percentile_cont(array[0.25, 0.5, 0.75])
            within group (order by extract(epoch from duration)) as quartiles
    from durations
"""

TIME_TO_MATCH: Final = f"""
    with {PARTICIPANTS},
    durations as (
        select
            greatest(min(coalesce(accepted_at, activated_at)) - scope.enrolled_at, interval '0') as duration
        from scope
        join match_member using (participant_id)
        join match using (match_id)
        where coalesce(accepted_at, activated_at) is not null
        group by scope.participant_id, scope.enrolled_at
    ) {_SPREAD}
"""

TIME_TO_FIRST_SESSION: Final = f"""
    with {MATCHES},
    durations as (
        select greatest(min(occurred_at) - activated_at, interval '0') as duration
        from scope join session_log using (match_id)
        where activated_at is not null and outcome = 'held'
        group by match_id, activated_at
    ) {_SPREAD}
"""

SESSIONS: Final = f"""
    with {MATCHES}
    select
        count(*) filter (where outcome = 'held') as held,
        count(*) filter (where outcome = 'no_show') as no_show,
        coalesce(sum(minutes) filter (where outcome = 'held'), 0) as minutes,
        count(distinct match_id) as matches
    from scope join session_log using (match_id)
"""

UPCOMING: Final = f"""
    with {MATCHES}
    select count(*) as upcoming from scope join session using (match_id)
    where cancelled_at is null and starts_at > :as_of
"""

CADENCE: Final = f"""
    with {MATCHES},
    life as (
        select match_id, activated_at, least(coalesce(completed_at, ended_at, :as_of), :as_of) as until
        from scope where activated_at <= :as_of
    ),
    moments as (
        select match_id, activated_at, until as moment, false as held from life
        union all
        select match_id, activated_at, occurred_at, true from life join session_log using (match_id)
        where outcome = 'held' and occurred_at <= :as_of
    ),
    active_time as (
        select match_id, held, extract(epoch from moment - activated_at) - coalesce((
            select sum(extract(epoch from least(coalesce(resumed_at, moment), moment) - paused_at))
            from match_pause
            where match_pause.match_id = moments.match_id and paused_at < moment
        ), 0) as seconds
        from moments
    ),
    steps as (
        select match_id, held, floor(greatest(seconds, 0) / (:cadence_days * 86400))::int as step
        from active_time
    ),
    expected as (
        select match_id, number from steps, generate_series(1, least(step, :most)) as number where not held
    ),
    kept as (select distinct match_id, step + 1 as number from steps where held)
    select number, count(kept.match_id) as kept, count(*) - count(kept.match_id) as missed
    from expected left join kept using (match_id, number)
    group by number order by number
"""
"""Time in which a match rests does not count; a session at the very end of an interval is of the next one."""

LAST_RUNS: Final = f"""
    select distinct on (cohort_id) match_run_id, proposals, objective, bound, completed_at
    from match_run where program_id = :program and {_COHORT}
    order by cohort_id, completed_at desc, match_run_id desc
"""

LAST_RUN: Final = f"""
    with last_run as ({LAST_RUNS})
    select max(completed_at) as completed_at, sum(proposals) as proposals,
        sum(objective) as objective, sum(bound) as bound
    from last_run
"""

UNMATCHED: Final = f"""
    with last_run as ({LAST_RUNS})
    select reason as code, sum(people) as count from last_run join match_run_unmatched using (match_run_id)
    group by reason order by 2 desc, 1
"""

LOAD: Final = f"""
    with {PARTICIPANTS},
    mentor as (
        select scope.participant_id, scope.capacity, count(match.match_id) as held
        from scope
        left join match_member on match_member.participant_id = scope.participant_id and role = 'mentor'
        left join match on match.match_id = match_member.match_id
            and match.state in ('offered', 'accepted', 'active', 'paused')
        where 'mentor' = any(scope.roles) and scope.state <> 'withdrawn'
        group by scope.participant_id, scope.capacity
    )
    select held, count(*) as mentors, sum(capacity) as capacity from mentor group by held order by held
"""

PULSES: Final = f"""
    with {MATCHES}
    select question, round(100.0 * sum(rating * answers) / sum(answers))::int as average,
        sum(answers) as answers, count(distinct match_id) as matches
    from scope join pulse_tally using (match_id)
    group by question order by question
"""

FIT: Final = f"""
    with {MATCHES}
    select answer as code, sum(answers) as count from scope join fit_tally using (match_id) group by answer
"""

FLAGS: Final = f"""
    with {MATCHES}
    select flag.code, count(*) as count from scope join flag using (match_id)
    where raised_at is not null and resolved_at is null
    group by flag.code order by 2 desc, 1
"""

PROGRESS: Final = f"""
    with {MATCHES}
    select
        (select count(*) from scope join goal using (match_id)) as goals_set,
        (select count(*) from scope join goal using (match_id) where reached_at is not null) as goals_reached,
        (select count(*) from scope join milestone using (match_id)) as milestones_reached,
        (select coalesce(sum(nudges), 0) from scope join nudge_tally using (match_id)) as nudges
"""

PROGRAMS: Final = """
    select program.*, coalesce((
        select jsonb_agg(jsonb_build_object(
            'cohort_id', cohort_id, 'starts_on', starts_on, 'eligible', eligible, 'open', closed_at is null
        ) order by starts_on, cohort_id)
        from cohort where cohort.program_id = program.program_id and opened_at is not null
    ), '[]') as cohorts
    from program
    where cast(:program as uuid) is null or program_id = cast(:program as uuid)
    order by title, program_id
    limit :most
"""
