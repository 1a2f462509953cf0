-- A delegate's public remark on a delivery is append-only.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_remark FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_remark FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_remark FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_stage('delivery', 'assessment');
