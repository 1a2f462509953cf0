-- Ballots are kept from being changed and from being deleted: a ballot comes in while the round is open, is never
-- altered, the urn is never emptied, and a ballot is deleted only when its cycle is archived and has a record of disposal
-- (销毁, disposal.sql).

CREATE TRIGGER append_only BEFORE UPDATE ON public.voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_sealedballot FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER kept_until_disposed BEFORE DELETE ON public.voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_disposed();

CREATE TRIGGER moment BEFORE INSERT ON public.voting_sealedballot FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('open');
