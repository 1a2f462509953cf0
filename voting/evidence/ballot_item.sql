-- The lines of a ballot are written while the round is being prepared; after that none is added or changed. What was
-- never counted frees its candidate projects, so that one of them can be dropped: the definition of the round keeps them.

CREATE FUNCTION public.piaojue_ballot_item() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.piaojue_status_of(NEW.round_id) IS DISTINCT FROM 'preparing' THEN
        RAISE EXCEPTION 'refused on %: the ballot is fixed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ballot_fixed BEFORE INSERT ON public.voting_ballotitem FOR EACH ROW
EXECUTE FUNCTION public.piaojue_ballot_item();

CREATE TRIGGER fixed BEFORE UPDATE ON public.voting_ballotitem FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('the ballot is fixed');

CREATE FUNCTION public.piaojue_ballot_item_freed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (public.piaojue_status_of(OLD.round_id) IN (<<WITHOUT_RESULT>>)) IS NOT TRUE
       OR EXISTS (SELECT FROM public.voting_round r JOIN public.voting_cycle c ON c.id = r.cycle_id
                  WHERE r.id = OLD.round_id AND c.slate_frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'refused on %: the ballot is fixed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER freed BEFORE DELETE ON public.voting_ballotitem FOR EACH ROW
EXECUTE FUNCTION public.piaojue_ballot_item_freed();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_ballotitem FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');
