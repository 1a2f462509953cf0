-- The count from the first readings is append-only, and written while the round is closed, where its rules have a sample.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_firstcount FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_firstcount FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_firstcount FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_firstcount FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('counted_by_id', 'clerk', 'scrutineer', 'chief');

-- Every sheet of the box was read once, so that nothing is read first after it.
CREATE FUNCTION public.piaojue_all_read_first() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT public.piaojue_sampled(NEW.round_id)
       OR (SELECT returned FROM public.voting_paperbox WHERE round_id = NEW.round_id)
          <> (SELECT count(*) FROM public.voting_paperreading WHERE round_id = NEW.round_id AND reading = 1) THEN
        RAISE EXCEPTION 'refused on %: not every sheet was read first, or the rules have no sample', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER all_read_first BEFORE INSERT ON public.voting_firstcount FOR EACH ROW
EXECUTE FUNCTION public.piaojue_all_read_first();
