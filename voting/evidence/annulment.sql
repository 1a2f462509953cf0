-- That a round was annulled is append-only, recorded by a clerk or the presiding officer with a second person beside (the
-- model's constraint says that they are two), from the opening until the count is certified, with the step to annulled.
-- Whether it was counted by then is as it was.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_annulment FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_annulment FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_annulment FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('recorded_by_id', 'clerk', 'presiding');

CREATE TRIGGER second_actor BEFORE INSERT ON public.voting_annulment FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('second_id', 'clerk', 'presiding', 'scrutineer', 'chief');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_annulment FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status(<<ANNULLABLE>>);

CREATE FUNCTION public.piaojue_counted_or_not() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.counted <> (EXISTS (SELECT FROM public.voting_tally WHERE round_id = NEW.round_id)
                       OR EXISTS (SELECT FROM public.voting_firstcount WHERE round_id = NEW.round_id)) THEN
        RAISE EXCEPTION 'refused on %: it tells another count', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER counted_or_not BEFORE INSERT ON public.voting_annulment FOR EACH ROW
EXECUTE FUNCTION public.piaojue_counted_or_not();

CREATE CONSTRAINT TRIGGER with_its_step AFTER INSERT ON public.voting_annulment
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.piaojue_step_taken(<<NOT_ANNULLED>>);
