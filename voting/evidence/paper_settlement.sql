-- How two differing readings of a paper ballot were settled is append-only, and written while the round is closed and
-- not yet counted, by a chief scrutineer who read neither of the two.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_papersettlement FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_papersettlement FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_papersettlement FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_papersettlement FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('settled_by_id', 'chief');

CREATE FUNCTION public.piaojue_something_to_settle() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) = 2 AND min(marks) <> max(marks) AND bool_and(read_by_id <> NEW.settled_by_id)
        FROM public.voting_paperreading WHERE round_id = NEW.round_id AND place = NEW.place) IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: no two readings differ here, or this person read one', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER something_to_settle BEFORE INSERT ON public.voting_papersettlement FOR EACH ROW
EXECUTE FUNCTION public.piaojue_something_to_settle();
