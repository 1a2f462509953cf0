-- A unit's report of progress is append-only: a correction is another report.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_progressreport FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_progressreport FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_progressreport FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_stage('delivery', 'assessment');
