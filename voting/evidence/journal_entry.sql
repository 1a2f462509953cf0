-- The journal is append-only: no entry is ever changed or deleted. That the chain of hashes has no fork is kept by
-- the constraints of the model.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_journalentry FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_journalentry FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
