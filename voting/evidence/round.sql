-- A round is never deleted, begins at the beginning, and its status follows ROUND_STEPS of voting/states.py and nothing
-- else. What it is voted under is fixed from the beginning, its key outside the ceremony, its figures after the moment
-- they tell of.

CREATE TRIGGER never_deleted BEFORE DELETE ON public.voting_round FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a round is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_round FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE TRIGGER begins_at_the_beginning BEFORE INSERT ON public.voting_round FOR EACH ROW
WHEN (NEW.status <> 'preparing')
EXECUTE FUNCTION public.piaojue_refuse('no such step');

CREATE TRIGGER step_known BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN (<<ROUND_STEPS>>))
EXECUTE FUNCTION public.piaojue_refuse('no such step');

CREATE TRIGGER definition_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN ((OLD.definition, OLD.definition_digest, OLD.seats, OLD.rules_id, OLD.cycle_id, OLD.number)
      IS DISTINCT FROM (NEW.definition, NEW.definition_digest, NEW.seats, NEW.rules_id, NEW.cycle_id, NEW.number))
EXECUTE FUNCTION public.piaojue_refuse('the definition is frozen');

-- The key comes by the step to "keyed" only.
CREATE TRIGGER key_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN (NEW.status <> 'keyed'
      AND (OLD.public_key, OLD.key_fingerprint, OLD.slips_needed, OLD.slips_issued)
      IS DISTINCT FROM (NEW.public_key, NEW.key_fingerprint, NEW.slips_needed, NEW.slips_issued))
EXECUTE FUNCTION public.piaojue_refuse('the key is fixed');

CREATE TRIGGER figures_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN ((OLD.opened_at IS DISTINCT FROM NEW.opened_at AND NOT (OLD.status = 'ready' AND NEW.status = 'open'))
      OR ((OLD.closed_at, OLD.issued) IS DISTINCT FROM (NEW.closed_at, NEW.issued)
          AND NOT (OLD.status = 'open' AND NEW.status = 'closed')))
EXECUTE FUNCTION public.piaojue_refuse('fixed at the opening and the close');

-- The paper handed out is counted at the close; a vote switched to paper stays on paper, and is switched before then.
CREATE TRIGGER paper_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN ((OLD.paper_issued IS DISTINCT FROM NEW.paper_issued AND NOT (OLD.status = 'open' AND NEW.status = 'closed'))
      OR (OLD.paper_only AND NOT NEW.paper_only)
      OR (NOT OLD.paper_only AND NEW.paper_only AND OLD.status NOT IN (<<CHECK_IN_STATUSES>>))
      OR (OLD.announced_close IS DISTINCT FROM NEW.announced_close AND OLD.status NOT IN ('ready', 'open')))
EXECUTE FUNCTION public.piaojue_refuse('fixed at the close');
