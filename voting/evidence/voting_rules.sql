-- Adopted rules are frozen: neither changed nor deleted. Drafts are free.

CREATE TRIGGER rules_frozen BEFORE UPDATE OR DELETE ON public.voting_votingrules FOR EACH ROW
WHEN (OLD.adopted_at IS NOT NULL)
EXECUTE FUNCTION public.piaojue_refuse('adopted rules are frozen');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_votingrules FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');
