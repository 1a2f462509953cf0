-- A certification is append-only, written once while the round is counted, with the step to certified, and by a
-- scrutineer who is another person than the one who counted. A count that was imported is certified with a proof.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_certification FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_certification FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE FUNCTION public.piaojue_second_person() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.piaojue_status_of(NEW.tally_id) IS DISTINCT FROM 'counted' THEN
        RAISE EXCEPTION 'refused on %: only while the round is counted', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM public.voting_tally
               WHERE round_id = NEW.tally_id AND counted_by_id = NEW.certified_by_id) THEN
        RAISE EXCEPTION 'refused on %: the count is certified by another person', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.proof = '' AND EXISTS (SELECT 1 FROM public.voting_tally WHERE round_id = NEW.tally_id AND imported) THEN
        RAISE EXCEPTION 'refused on %: an imported count is proven before it is certified', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER second_person BEFORE INSERT ON public.voting_certification FOR EACH ROW
EXECUTE FUNCTION public.piaojue_second_person();

CREATE TRIGGER actor BEFORE INSERT ON public.voting_certification FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('certified_by_id', 'scrutineer', 'chief');

CREATE CONSTRAINT TRIGGER with_its_step AFTER INSERT ON public.voting_certification
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.piaojue_step_taken('counted');
