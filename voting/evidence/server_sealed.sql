-- How many ballots the server sealed is counted while the round is open; the seal holds the sum (urn_seal.sql).

CREATE TRIGGER moment BEFORE INSERT OR UPDATE ON public.voting_serversealed FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('open');
