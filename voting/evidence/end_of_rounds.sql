-- That no further round is held is append-only, recorded by a clerk or the presiding officer with a second person beside (the
-- model's constraint says that they are two), while the year is in counting and no round of it is under way, with the step to the publication.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_endofrounds FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_endofrounds FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_endofrounds FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('recorded_by_id', 'clerk', 'presiding');

CREATE TRIGGER second_actor BEFORE INSERT ON public.voting_endofrounds FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('second_id', 'clerk', 'presiding', 'scrutineer', 'chief');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_endofrounds FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_stage('counting');

CREATE FUNCTION public.piaojue_no_round_under_way() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.voting_round WHERE cycle_id = NEW.cycle_id AND status = 'published')
       OR EXISTS (SELECT FROM public.voting_round WHERE cycle_id = NEW.cycle_id
                  AND status NOT IN (<<OVER_STATUSES>>)) THEN
        RAISE EXCEPTION 'refused on %: a round is under way', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER no_round_under_way BEFORE INSERT ON public.voting_endofrounds FOR EACH ROW
EXECUTE FUNCTION public.piaojue_no_round_under_way();

-- Asked at the end of the transaction: recorded alone it would say of a year that goes on that it does not.
CREATE FUNCTION public.piaojue_rounds_ended() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.voting_cycle WHERE id = NEW.cycle_id AND stage IN (<<VOTED_STAGES>>))
       OR NOT EXISTS (SELECT FROM public.voting_journalentry WHERE cycle_id = NEW.cycle_id AND act = 'rounds_ended') THEN
        RAISE EXCEPTION 'refused on %: only with the step that it belongs to', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER with_its_step AFTER INSERT ON public.voting_endofrounds
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.piaojue_rounds_ended();
