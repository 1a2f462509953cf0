-- Whether a report said that a milestone was reached is append-only, like the report.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_milestonestate FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_milestonestate FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
