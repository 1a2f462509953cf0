-- Ballots are kept from being changed and from being deleted: a ballot comes in while the round is open, is never
-- altered, the urn is never emptied, and a ballot is deleted only when its cycle is archived and has a record of disposal
-- (销毁, disposal.sql).

CREATE TRIGGER append_only BEFORE UPDATE ON public.voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_sealedballot FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE FUNCTION public.piaojue_disposed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.voting_disposal d JOIN public.voting_round r ON r.cycle_id = d.cycle_id
                   WHERE r.id = OLD.round_id AND public.piaojue_archived(d.cycle_id)) THEN
        RAISE EXCEPTION 'refused on %: append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER kept_until_disposed BEFORE DELETE ON public.voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_disposed();

CREATE TRIGGER moment BEFORE INSERT ON public.voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('open');
