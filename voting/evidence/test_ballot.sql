-- Test ballots (试票) come in while the round is open and are kept as the urn is: never altered, never emptied, deleted
-- only with the urn when its cycle is archived and disposed of (disposal.sql).

CREATE TRIGGER append_only BEFORE UPDATE ON public.voting_testballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_testballot FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER kept_until_disposed BEFORE DELETE ON public.voting_testballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_disposed();

CREATE TRIGGER moment BEFORE INSERT ON public.voting_testballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('open');
