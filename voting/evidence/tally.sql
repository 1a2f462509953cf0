-- The count with its working is append-only: a count is never edited and never taken back. It is written
-- while the round is closed, with the step to counted, by a clerk or a scrutineer.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_tally FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('counted_by_id', 'clerk', 'scrutineer', 'chief');

CREATE CONSTRAINT TRIGGER with_its_step AFTER INSERT ON public.voting_tally
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.piaojue_step_taken('closed');
