-- A certification is append-only, and by another person than the one who counted.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_certification FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_certification FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE FUNCTION public.piaojue_second_person() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.voting_tally
               WHERE round_id = NEW.tally_id AND counted_by_id = NEW.certified_by_id) THEN
        RAISE EXCEPTION 'refused on %: the count is certified by another person', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER second_person BEFORE INSERT ON public.voting_certification FOR EACH ROW
EXECUTE FUNCTION public.piaojue_second_person();
