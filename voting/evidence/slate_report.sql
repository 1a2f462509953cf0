-- A report on the candidate projects is a draft until it is issued; an issued one is neither changed nor deleted.

CREATE TRIGGER issued_is_fixed BEFORE UPDATE OR DELETE ON public.voting_slatereport FOR EACH ROW
WHEN (OLD.issued_at IS NOT NULL)
EXECUTE FUNCTION public.piaojue_refuse('an issued report is fixed');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_slatereport FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_stage('solicitation', 'screening', 'deliberation');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_slatereport FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');
