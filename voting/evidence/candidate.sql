-- On a frozen slate no candidate project is added, deleted, moved or changed. The one exception: in deliberation, before
-- the list is confirmed, it may become what its newest version says, which tells what changed, by whom and why
-- (candidate_version.sql).

CREATE FUNCTION public.piaojue_slate() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    concerned bigint;
    amended boolean := false;
BEGIN
    concerned := CASE TG_OP WHEN 'DELETE' THEN OLD.cycle_id ELSE NEW.cycle_id END;
    IF TG_OP = 'UPDATE' AND OLD.number = NEW.number AND OLD.cycle_id = NEW.cycle_id THEN
        amended := EXISTS (
            SELECT 1 FROM public.voting_cycle c WHERE c.id = concerned AND c.stage = 'deliberation'
               AND c.list_confirmed_at IS NULL AND c.slate_frozen_at IS NOT NULL)
            AND EXISTS (
            SELECT 1 FROM public.voting_candidateversion v
             WHERE v.candidate_id = NEW.id AND v.in_deliberation
               AND v.number = (SELECT max(number) FROM public.voting_candidateversion WHERE candidate_id = NEW.id)
               AND (v.data ->> 'investment_total')::numeric IS NOT DISTINCT FROM NEW.investment_total
               AND NOT EXISTS (
                   SELECT 1 FROM jsonb_each(v.data - 'investment_total') AS field
                    WHERE to_jsonb(NEW) -> field.key IS DISTINCT FROM field.value));
    END IF;
    IF NOT amended
       AND EXISTS (SELECT 1 FROM public.voting_cycle WHERE id = concerned AND slate_frozen_at IS NOT NULL)
       OR (TG_OP = 'UPDATE' AND OLD.cycle_id <> NEW.cycle_id) THEN
        RAISE EXCEPTION 'refused on %: the slate is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER slate_frozen BEFORE INSERT OR UPDATE OR DELETE ON public.voting_candidate FOR EACH ROW
EXECUTE FUNCTION public.piaojue_slate();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_candidate FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');
