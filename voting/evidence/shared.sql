-- Functions that the triggers of several tables call. Installed first.

-- Refuses whatever it is asked about; the trigger says in words what stays as it is.
CREATE FUNCTION public.piaojue_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'refused on %: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- The status of a round. Its row is held shared until the transaction ends, so that whoever moves the round on waits, and
-- a row that was let in belongs to the moment for good.
CREATE FUNCTION public.piaojue_status_of(concerned bigint) RETURNS text LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    status_now text;
BEGIN
    SELECT status INTO status_now FROM public.voting_round WHERE id = concerned FOR SHARE;
    RETURN status_now;
END $$;

-- Refuses a row of a round that stands at none of the statuses that the trigger names.
CREATE FUNCTION public.piaojue_at_status() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (public.piaojue_status_of(NEW.round_id) = ANY (TG_ARGV)) IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: only while the round is %', TG_TABLE_NAME, array_to_string(TG_ARGV, ' or ')
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Asked at the end of the transaction: a row that a step fixes comes with that step, never before it. The trigger names
-- the statuses at which the round may not stand then.
CREATE FUNCTION public.piaojue_step_taken() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    row_now jsonb := to_jsonb(NEW);
BEGIN
    IF (public.piaojue_status_of(coalesce(row_now ->> 'round_id', row_now ->> 'tally_id')::bigint) = ANY (TG_ARGV))
       IS NOT FALSE THEN
        RAISE EXCEPTION 'refused on %: only with the step that it belongs to', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

-- Refuses a row whose actor (the first column named) has none of the roles named, or is out of use. That it is somebody
-- of this congress is held in same_congress.sql.
CREATE FUNCTION public.piaojue_actor() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.accounts_user
                   WHERE id = (to_jsonb(NEW) ->> TG_ARGV[0])::bigint AND is_active AND congress_id IS NOT NULL
                     AND role = ANY (TG_ARGV[1:])) THEN
        RAISE EXCEPTION 'refused on %: not the act of this person', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Refuses a row of a cycle, or of a delivery in it, that stands at none of the stages that the trigger names.
CREATE FUNCTION public.piaojue_at_stage() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    row_now jsonb := to_jsonb(NEW);
    concerned bigint := coalesce(
        (row_now ->> 'cycle_id')::bigint,
        (SELECT cycle_id FROM public.voting_delivery WHERE id = (row_now ->> 'delivery_id')::bigint));
BEGIN
    IF ((SELECT stage FROM public.voting_cycle WHERE id = concerned) = ANY (TG_ARGV)) IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: only in the stage of %', TG_TABLE_NAME, array_to_string(TG_ARGV, ' or ')
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Whether a year is archived, or the year that an assessment belongs to, and nothing more comes of any round of it.
CREATE FUNCTION public.piaojue_archived(concerned bigint) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.voting_cycle a JOIN public.voting_cycle c ON c.id IN (a.id, a.assesses_id)
                   WHERE a.id = concerned AND c.stage = 'archived')
        AND NOT EXISTS (SELECT FROM public.voting_round WHERE cycle_id = concerned AND status NOT IN (<<OVER_STATUSES>>));
END $$;

-- Refuses that a row of a round goes before the disposal of its year (disposal.sql).
CREATE FUNCTION public.piaojue_disposed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.voting_disposal d JOIN public.voting_round r ON r.cycle_id = d.cycle_id
                   WHERE r.id = OLD.round_id AND public.piaojue_archived(d.cycle_id)) THEN
        RAISE EXCEPTION 'refused on %: append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

-- Whether the rules of a round let a scanner read its paper ballots first.
CREATE FUNCTION public.piaojue_scanned(concerned bigint) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.voting_round r JOIN public.voting_votingrules v ON v.id = r.rules_id
                   WHERE r.id = concerned AND v.first_reading = 'scanner');
END $$;

-- Whether a scanner read the test deck of a round without a mistake: the last try before the vote opened counts, and only
-- one of these very sheets.
CREATE FUNCTION public.piaojue_deck_passed(concerned bigint) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN coalesce((
        SELECT j.act = 'deck_passed'
        FROM public.voting_journalentry j JOIN public.voting_round r ON r.cycle_id = j.cycle_id
        WHERE r.id = concerned AND j.act IN ('deck_passed', 'deck_failed') AND j.data -> 'round' = to_jsonb(r.number)
          AND j.data ->> 'definition' = r.definition_digest
          AND NOT EXISTS (SELECT FROM public.voting_journalentry o WHERE o.cycle_id = j.cycle_id AND o.act = 'round_opened'
                          AND o.data -> 'round' = j.data -> 'round' AND o.sequence < j.sequence)
        ORDER BY j.sequence DESC LIMIT 1), false);
END $$;

-- Whether the rules of a round let a draw name the paper ballots that are read again, and the box has some.
CREATE FUNCTION public.piaojue_sampled(concerned bigint) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.voting_round r JOIN public.voting_votingrules v ON v.id = r.rules_id
                   JOIN public.voting_paperbox b ON b.round_id = r.id
                   WHERE r.id = concerned AND v.second_reading = 'sample' AND b.returned > 0);
END $$;

-- Whether a paper ballot of a round was read otherwise the second time.
CREATE FUNCTION public.piaojue_readings_differ(concerned bigint) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.voting_paperreading WHERE round_id = concerned
                   GROUP BY place HAVING min(marks) <> max(marks));
END $$;

-- Holds a chain: the next number, and the hash of the entry before. The trigger names the column of what the chain
-- belongs to; the table is the one the row goes into.
CREATE FUNCTION public.piaojue_chained() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last_sequence integer;
    last_digest text;
BEGIN
    IF to_jsonb(NEW) ->> TG_ARGV[0] IS NULL THEN
        EXECUTE format('SELECT sequence, digest FROM %I.%I WHERE %I IS NULL ORDER BY sequence DESC LIMIT 1',
                       TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0])
            INTO last_sequence, last_digest;
    ELSE
        EXECUTE format('SELECT sequence, digest FROM %I.%I WHERE %I = $1::bigint ORDER BY sequence DESC LIMIT 1',
                       TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0])
            INTO last_sequence, last_digest USING to_jsonb(NEW) ->> TG_ARGV[0];
    END IF;
    IF (NEW.sequence, NEW.previous)
       IS DISTINCT FROM (coalesce(last_sequence, 0) + 1, coalesce(last_digest, repeat('0', 64))) THEN
        RAISE EXCEPTION 'refused on %: not the next entry of its chain', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
