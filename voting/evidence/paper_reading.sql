-- What somebody read on a paper ballot is append-only, written while the round is closed and not yet counted, once the
-- sheets in the box are counted, of a place that there is, and the two readings of one ballot are by two people. Where the
-- rules have a sample, only what dice drew is read again, unless something of it differs.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_paperreading FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_paperreading FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_paperreading FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE FUNCTION public.piaojue_two_readers() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sheets integer;
BEGIN
    -- Held, so that their number is corrected before the first reading or not at all: see paper_box.sql.
    SELECT returned INTO sheets FROM public.voting_paperbox WHERE round_id = NEW.round_id FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'refused on %: the sheets are not counted yet', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.place > sheets THEN
        RAISE EXCEPTION 'refused on %: there are not so many sheets', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM public.voting_paperreading
               WHERE round_id = NEW.round_id AND place = NEW.place AND reading <> NEW.reading
                 AND read_by_id = NEW.read_by_id) THEN
        RAISE EXCEPTION 'refused on %: the two readings are by two people', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER two_readers BEFORE INSERT ON public.voting_paperreading FOR EACH ROW
EXECUTE FUNCTION public.piaojue_two_readers();

CREATE FUNCTION public.piaojue_drawn_to_be_read_again() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.piaojue_sampled(NEW.round_id) AND NOT public.piaojue_readings_differ(NEW.round_id)
       AND NOT EXISTS (SELECT FROM public.voting_sampledraw
                       WHERE round_id = NEW.round_id AND places @> to_jsonb(NEW.place)) THEN
        RAISE EXCEPTION 'refused on %: dice did not draw this sheet', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER drawn_to_be_read_again BEFORE INSERT ON public.voting_paperreading FOR EACH ROW
WHEN (NEW.reading = 2)
EXECUTE FUNCTION public.piaojue_drawn_to_be_read_again();

CREATE TRIGGER actor BEFORE INSERT ON public.voting_paperreading FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('read_by_id', 'clerk', 'scrutineer', 'chief');

-- The machine reads what a batch brought, the first time, where nothing was in doubt; whoever ran the batch answers for it.
CREATE FUNCTION public.piaojue_machine_has_picture() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.voting_scannedsheet s JOIN public.voting_scanbatch b ON b.id = s.batch_id
                   WHERE s.round_id = NEW.round_id AND s.place = NEW.place AND s.doubts = ''
                     AND b.run_by_id = NEW.read_by_id) THEN
        RAISE EXCEPTION 'refused on %: the scanner read no such sheet', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER machine_has_picture BEFORE INSERT ON public.voting_paperreading FOR EACH ROW
WHEN (NEW.by_machine)
EXECUTE FUNCTION public.piaojue_machine_has_picture();
