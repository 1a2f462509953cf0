-- How a tie was decided is append-only, and written while the count is certified and not yet published.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_tiedecision FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_tiedecision FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_tiedecision FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('certified');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_tiedecision FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('recorded_by_id', 'clerk', 'presiding');
