-- That a delegate has opened a report on the candidate projects is append-only.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_reportreading FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_reportreading FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
