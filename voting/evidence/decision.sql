-- What became of a proposal in the screening, with its reason, is append-only: another decision is another row.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_decision FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_decision FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
