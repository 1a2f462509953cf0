-- A cycle is never deleted. A frozen slate stays frozen, and its stage follows STAGE_STEPS of voting/states.py and
-- nothing else.

CREATE TRIGGER never_deleted BEFORE DELETE ON public.voting_cycle FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a cycle is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_cycle FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE TRIGGER slate_stays_frozen BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.slate_frozen_at IS NOT NULL AND OLD.slate_frozen_at IS DISTINCT FROM NEW.slate_frozen_at)
EXECUTE FUNCTION public.piaojue_refuse('the slate is frozen');

CREATE TRIGGER step_known BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.stage <> NEW.stage AND OLD.stage || '>' || NEW.stage NOT IN (<<STAGE_STEPS>>))
EXECUTE FUNCTION public.piaojue_refuse('no such step');
