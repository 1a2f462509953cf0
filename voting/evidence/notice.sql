-- A public notice is append-only: what was published stays published, word for word. It is written
-- while the round is certified, with the step to published.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_notice FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_notice FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_notice FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('certified');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_notice FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('published_by_id', 'clerk', 'presiding');

CREATE CONSTRAINT TRIGGER with_its_step AFTER INSERT ON public.voting_notice
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.piaojue_step_taken('certified');
