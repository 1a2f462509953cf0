-- A cycle is never deleted and begins at the beginning. A frozen slate stays frozen, and its stage follows STAGE_STEPS of
-- voting/states.py and nothing else; the stages after the vote want the vote. Which year it assesses is fixed.

CREATE TRIGGER never_deleted BEFORE DELETE ON public.voting_cycle FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a cycle is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_cycle FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE TRIGGER begins_at_the_beginning BEFORE INSERT ON public.voting_cycle FOR EACH ROW
WHEN (NEW.stage <> 'solicitation' OR NEW.slate_frozen_at IS NOT NULL)
EXECUTE FUNCTION public.piaojue_refuse('no such step');

CREATE TRIGGER assessed_year_fixed BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.assesses_id IS DISTINCT FROM NEW.assesses_id)
EXECUTE FUNCTION public.piaojue_refuse('the year that is assessed is fixed');

CREATE TRIGGER slate_stays_frozen BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.slate_frozen_at IS NOT NULL AND OLD.slate_frozen_at IS DISTINCT FROM NEW.slate_frozen_at)
EXECUTE FUNCTION public.piaojue_refuse('the slate is frozen');

CREATE TRIGGER step_known BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.stage <> NEW.stage AND OLD.stage || '>' || NEW.stage NOT IN (<<STAGE_STEPS>>))
EXECUTE FUNCTION public.piaojue_refuse('no such step');

-- A stage that follows the vote has it: a round that is closed to count, and every round published to go on.
CREATE FUNCTION public.piaojue_stage_proven() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    statuses text[] := ARRAY(SELECT status::text FROM public.voting_round WHERE cycle_id = NEW.id);
BEGIN
    IF NOT (CASE
        WHEN NEW.stage IN (<<VOTED_STAGES>>) THEN cardinality(statuses) > 0 AND 'published' = ALL (statuses)
        WHEN NEW.stage = 'counting' THEN cardinality(statuses) > 0 AND NOT statuses && ARRAY[<<CHECK_IN_STATUSES>>]
        ELSE true
    END) THEN
        RAISE EXCEPTION 'refused on %: nothing was voted on that this stage follows', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stage_proven BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.stage <> NEW.stage)
EXECUTE FUNCTION public.piaojue_stage_proven();
