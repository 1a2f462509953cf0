-- A delivery is never deleted, begins under way, and its status follows DELIVERY_STEPS of voting/states.py and nothing
-- else.

CREATE TRIGGER never_deleted BEFORE DELETE ON public.voting_delivery FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a delivery is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_delivery FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE TRIGGER begins_at_the_beginning BEFORE INSERT ON public.voting_delivery FOR EACH ROW
WHEN (NEW.status <> 'running')
EXECUTE FUNCTION public.piaojue_refuse('no such step');

CREATE TRIGGER step_known BEFORE UPDATE ON public.voting_delivery FOR EACH ROW
WHEN (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN (<<DELIVERY_STEPS>>))
EXECUTE FUNCTION public.piaojue_refuse('no such step');
