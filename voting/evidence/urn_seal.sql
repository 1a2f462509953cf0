-- What the close of a round fixed (how many ballots, their hashes, the root) is append-only: written once, never changed,
-- never deleted.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_urnseal FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_urnseal FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');
