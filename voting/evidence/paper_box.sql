-- How many paper ballots came back is append-only, and written while the round is closed and not yet counted.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_paperbox FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_paperbox FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_paperbox FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_paperbox FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('recorded_by_id', 'clerk', 'scrutineer', 'chief');
