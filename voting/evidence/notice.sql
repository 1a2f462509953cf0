-- A public notice is append-only: what was published stays published, word for word.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_notice FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_notice FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
