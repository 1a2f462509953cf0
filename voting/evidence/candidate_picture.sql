-- A picture of a candidate project is never changed; it is added, and taken off, only while the slate is not yet frozen.

CREATE FUNCTION public.piaojue_candidate_picture() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    concerned bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.candidate_id ELSE NEW.candidate_id END;
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM public.voting_cycle c JOIN public.voting_candidate k ON k.cycle_id = c.id
                                   WHERE k.id = concerned AND c.slate_frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'refused on %: the slate is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER slate_frozen BEFORE INSERT OR UPDATE OR DELETE ON public.voting_candidatepicture FOR EACH ROW
EXECUTE FUNCTION public.piaojue_candidate_picture();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_candidatepicture FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');
