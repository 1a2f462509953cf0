-- What a supervision group saw or asked is append-only.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_inspection FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_inspection FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_inspection FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_stage('delivery', 'assessment');
