-- The lines of a ballot are written while the round is being prepared; after that none is added, changed or deleted.

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

CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON public.voting_ballotitem FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('the ballot is fixed');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_ballotitem FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');
