-- The record of a disposal (销毁) is append-only. It alone lets the ballots of its cycle go: see sealed_ballot.sql.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_disposal FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_disposal FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
