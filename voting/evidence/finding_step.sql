-- What was said of a finding (a reply; closed, sent back, escalated) is append-only.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_findingstep FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_findingstep FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
