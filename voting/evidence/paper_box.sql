-- How many paper ballots came back is written while the round is closed and not yet counted, and never deleted. Until a
-- sheet is read, or scanned, the number may be corrected; the journal keeps each.

CREATE FUNCTION public.piaojue_before_a_sheet_is_read() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.piaojue_status_of(NEW.round_id) IS DISTINCT FROM 'closed'
       OR EXISTS (SELECT FROM public.voting_paperreading WHERE round_id = NEW.round_id)
       OR EXISTS (SELECT FROM public.voting_scanbatch WHERE round_id = NEW.round_id) THEN
        RAISE EXCEPTION 'refused on %: a sheet has been read', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER corrected BEFORE UPDATE ON public.voting_paperbox FOR EACH ROW
EXECUTE FUNCTION public.piaojue_before_a_sheet_is_read();

CREATE TRIGGER never_deleted BEFORE DELETE ON public.voting_paperbox FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_paperbox FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_paperbox FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT OR UPDATE ON public.voting_paperbox FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('recorded_by_id', 'clerk', 'scrutineer', 'chief');
