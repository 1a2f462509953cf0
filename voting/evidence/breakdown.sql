-- An issued breakdown of responsibilities (责任分解表) is append-only: a change is a new version.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_breakdown FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_breakdown FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_breakdown FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_stage('delivery', 'assessment');
