-- A batch of scanned sheets is append-only, taken while the round is closed and not yet counted, once the sheets in the box
-- are counted, of places that there are, and no file twice; only where the adopted rules let a scanner read first, and that
-- scanner read the test deck of this round without a mistake.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_scanbatch FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_scanbatch FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_scanbatch FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_scanbatch FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('run_by_id', 'clerk', 'scrutineer', 'chief');

CREATE FUNCTION public.piaojue_scanner_reads_first() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT public.piaojue_scanned(NEW.round_id) THEN
        RAISE EXCEPTION 'refused on %: by the adopted rules people read first', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT public.piaojue_deck_passed(NEW.round_id) THEN
        RAISE EXCEPTION 'refused on %: the scanner did not pass its test deck', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM public.voting_scanbatch WHERE round_id = NEW.round_id AND digest = NEW.digest) THEN
        RAISE EXCEPTION 'refused on %: this file was taken already', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER scanner_reads_first BEFORE INSERT ON public.voting_scanbatch FOR EACH ROW
EXECUTE FUNCTION public.piaojue_scanner_reads_first();

CREATE FUNCTION public.piaojue_places_of_the_box() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sheets integer;
BEGIN
    -- Held, so that their number is corrected before the first batch or not at all: see paper_box.sql.
    SELECT returned INTO sheets FROM public.voting_paperbox WHERE round_id = NEW.round_id FOR SHARE;
    IF NEW.last > coalesce(sheets, 0) THEN
        RAISE EXCEPTION 'refused on %: there are not so many sheets', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER places_of_the_box BEFORE INSERT ON public.voting_scanbatch FOR EACH ROW
EXECUTE FUNCTION public.piaojue_places_of_the_box();

-- Asked at the end of the transaction: a batch has all its sheets, by their hashes, each of them once, and stands in the
-- journal with its file. Held here is a marked sheet whose very picture comes again, in another file perhaps; one that was
-- scanned twice is only nearly the same, and found by the reader (scan/reader.py), which reckons with every dot of every pair.
CREATE FUNCTION public.piaojue_batch_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        WITH inks AS MATERIALIZED (
            SELECT id, sha256(ink) AS of_ink FROM public.voting_scannedsheet WHERE round_id = NEW.round_id)
        SELECT FROM public.voting_scannedsheet
        WHERE id IN (SELECT min(id) FROM inks GROUP BY of_ink HAVING count(*) > 1)
          AND EXISTS (SELECT FROM generate_series(0, length(ink) - 1) AS dot WHERE get_byte(ink, dot) >= 40)) THEN
        RAISE EXCEPTION 'refused on %: a sheet is taken once', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (SELECT (count(*), coalesce(string_agg(sha256(picture), ''::bytea ORDER BY sha256(picture)), ''))
        FROM public.voting_scannedsheet WHERE batch_id = NEW.id) IS DISTINCT FROM
       (NEW.last - NEW.first + 1 - cardinality(string_to_array(NEW.set_aside, ','))::bigint, NEW.hashes) THEN
        RAISE EXCEPTION 'refused on %: a batch is taken whole', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM public.voting_journalentry j JOIN public.voting_round r ON r.cycle_id = j.cycle_id
                   WHERE r.id = NEW.round_id AND j.act = 'paper_scanned' AND j.actor_id = NEW.run_by_id
                     AND j.data -> 'round' = to_jsonb(r.number) AND j.data -> 'batch' = to_jsonb(NEW.number)
                     AND j.data ->> 'file' = NEW.digest) THEN
        RAISE EXCEPTION 'refused on %: the batch stands in no journal', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER whole AFTER INSERT ON public.voting_scanbatch
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
EXECUTE FUNCTION public.piaojue_batch_whole();
