-- How much of a target a report said was reached is append-only, like the report.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_targetfigure FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_targetfigure FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
