-- The draw is append-only, and written once the first readings are counted, before any sheet is read again: as many of the
-- sheets that there are as the misread ones ask for, and those which the dice name. How few misread ones could change the
-- result follows from the whole count, which no rule here makes again: the release of the count does (domain/vote/samples.py).

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_sampledraw FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('drawn_by_id', 'clerk', 'scrutineer', 'chief');

-- Whether so many sheets drawn leave a chance of more than one in a hundred that none of the misread ones is among them:
-- C(sheets - misread, drawn) / C(sheets, drawn), in which misread and drawn may change places (count/sampling.py).
CREATE FUNCTION public.piaojue_drawn_too_few(sheets integer, misread integer, drawn integer) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    missed numeric := 100;
    every numeric := 1;
BEGIN
    FOR place IN 0 .. least(misread, drawn) - 1 LOOP
        missed := missed * (sheets - greatest(misread, drawn) - place);
        every := every * (sheets - place);
    END LOOP;
    RETURN missed > every;
END $$;

CREATE FUNCTION public.piaojue_drawn_by_dice() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    size integer := jsonb_array_length(NEW.places);
BEGIN
    IF NOT EXISTS (SELECT FROM public.voting_firstcount WHERE round_id = NEW.round_id)
       OR EXISTS (SELECT FROM public.voting_paperreading WHERE round_id = NEW.round_id AND reading = 2) THEN
        RAISE EXCEPTION 'refused on %: drawn after the first readings are counted, and before the second', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.sheets IS DISTINCT FROM (SELECT returned FROM public.voting_paperbox WHERE round_id = NEW.round_id) THEN
        RAISE EXCEPTION 'refused on %: these are no sheets of the box', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF public.piaojue_drawn_too_few(NEW.sheets, NEW.misread, size)
       OR NOT public.piaojue_drawn_too_few(NEW.sheets, NEW.misread, size - 1) THEN
        RAISE EXCEPTION 'refused on %: so many misread sheets ask for another number', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Every place has a ticket, and the lowest tickets are drawn.
    IF NEW.dice !~ '^[1-6]{20,}$' OR NEW.places IS DISTINCT FROM (
        SELECT jsonb_agg(drawn.place ORDER BY drawn.place) FROM (
            SELECT place FROM public.voting_firstcount f, generate_series(1, NEW.sheets) AS place
            WHERE f.round_id = NEW.round_id
            ORDER BY sha256(convert_to(concat_ws(E'\n', 'piaojue-draw/1', f.readings, NEW.dice, place), 'UTF8'))
            LIMIT size
        ) AS drawn) THEN
        RAISE EXCEPTION 'refused on %: these are not the sheets that the dice name', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER drawn_by_dice BEFORE INSERT ON public.voting_sampledraw FOR EACH ROW
EXECUTE FUNCTION public.piaojue_drawn_by_dice();
