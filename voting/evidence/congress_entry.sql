-- The journal of a congress is append-only, and one chain: each entry has the next number and the hash of the one before.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_congressentry FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_congressentry FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER chained BEFORE INSERT ON public.voting_congressentry FOR EACH ROW
EXECUTE FUNCTION public.piaojue_chained('congress_id');
