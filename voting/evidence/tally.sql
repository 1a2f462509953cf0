-- The count with its working is append-only: a count is never edited and never taken back.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_tally FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_tally FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
