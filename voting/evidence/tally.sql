-- The count with its working is append-only: a count is never edited and never taken back. It is written
-- while the round is closed, with the step to counted, by a clerk or a scrutineer, once all paper ballots are read.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_tally FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('counted_by_id', 'clerk', 'scrutineer', 'chief');

CREATE CONSTRAINT TRIGGER with_its_step AFTER INSERT ON public.voting_tally
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.piaojue_step_taken('closed');

-- Where the rules have a sample, no count stands before every drawn sheet of the box was read again.
CREATE FUNCTION public.piaojue_sample_read() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.piaojue_sampled(NEW.round_id)
       AND NOT EXISTS (SELECT FROM public.voting_sampledraw d WHERE d.round_id = NEW.round_id
                       AND jsonb_array_length(d.places) > 0
                       AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(d.places) drawn WHERE NOT EXISTS
                           (SELECT FROM public.voting_paperreading p WHERE p.round_id = d.round_id
                            AND p.place = drawn::int AND p.reading = 2))) THEN
        RAISE EXCEPTION 'refused on %: the sample was not read', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sample_read BEFORE INSERT ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_sample_read();

-- No count stands before the returned paper ballots are counted, each was read twice, and each difference is settled; but
-- for a sample that agrees.
CREATE FUNCTION public.piaojue_paper_agreed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sheets integer := (SELECT returned FROM public.voting_paperbox WHERE round_id = NEW.round_id);
BEGIN
    IF sheets IS NULL AND (SELECT paper_issued FROM public.voting_round WHERE id = NEW.round_id) > 0 THEN
        RAISE EXCEPTION 'refused on %: the returned paper ballots are not counted', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NOT public.piaojue_sampled(NEW.round_id) OR public.piaojue_readings_differ(NEW.round_id)) AND sheets <> (
        SELECT count(*) FROM (
            SELECT FROM public.voting_paperreading p WHERE p.round_id = NEW.round_id GROUP BY p.place
            HAVING count(*) = 2 AND (min(p.marks) = max(p.marks) OR EXISTS (
                SELECT FROM public.voting_papersettlement s WHERE s.round_id = NEW.round_id AND s.place = p.place))
        ) AS agreed) THEN
        RAISE EXCEPTION 'refused on %: a paper ballot is not read twice, or a difference is not settled', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER paper_agreed BEFORE INSERT ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_paper_agreed();
