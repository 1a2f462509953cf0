-- The record of a disposal (销毁) is append-only, written by a clerk when the year is archived. It alone lets the ballots
-- of its cycle go: see sealed_ballot.sql.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_disposal FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_disposal FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_disposal FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('disposed_by_id', 'clerk');

CREATE FUNCTION public.piaojue_when_archived() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT public.piaojue_archived(NEW.cycle_id) THEN
        RAISE EXCEPTION 'refused on %: only when the year is archived', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moment BEFORE INSERT ON public.voting_disposal FOR EACH ROW
EXECUTE FUNCTION public.piaojue_when_archived();
