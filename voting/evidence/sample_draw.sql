-- The draw is append-only, and written once the first readings are counted, before any sheet is read again: of the sheets
-- that there are, each once.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_sampledraw FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('drawn_by_id', 'clerk', 'scrutineer', 'chief');

CREATE FUNCTION public.piaojue_drawn_after_the_count() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.voting_firstcount WHERE round_id = NEW.round_id)
       OR EXISTS (SELECT FROM public.voting_paperreading WHERE round_id = NEW.round_id AND reading = 2) THEN
        RAISE EXCEPTION 'refused on %: drawn after the first readings are counted, and before the second', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER drawn_after_the_count BEFORE INSERT ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_drawn_after_the_count();

CREATE FUNCTION public.piaojue_drawn_of_the_box() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.sheets IS DISTINCT FROM (SELECT returned FROM public.voting_paperbox WHERE round_id = NEW.round_id)
       OR (SELECT count(*) > 0 AND count(*) = count(DISTINCT place) AND bool_and(place::int BETWEEN 1 AND NEW.sheets)
           FROM jsonb_array_elements_text(NEW.places) AS place) IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: these are no sheets of the box', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER drawn_of_the_box BEFORE INSERT ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_drawn_of_the_box();
