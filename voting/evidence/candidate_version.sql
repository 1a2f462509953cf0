-- A version of a candidate project is never changed; it is deleted only with its project, while the slate is not yet
-- frozen.

CREATE FUNCTION public.piaojue_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM public.voting_cycle c JOIN public.voting_candidate k ON k.cycle_id = c.id
                                   WHERE k.id = OLD.candidate_id AND c.slate_frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'refused on %: append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_candidateversion FOR EACH ROW
EXECUTE FUNCTION public.piaojue_version();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_candidateversion FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
