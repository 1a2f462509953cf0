-- What the close of a round fixed (how many ballots, their hashes, the root) is append-only: written once, with the
-- step to closed, never changed, never deleted. Its number and its hashes are those of the urn, and of the test ballots
-- that are not also in the urn: bytes that somebody cast are never opened beside their receipt.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_urnseal FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_urnseal FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_urnseal FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('open');

CREATE CONSTRAINT TRIGGER with_its_step AFTER INSERT ON public.voting_urnseal
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.piaojue_step_taken('open');

CREATE FUNCTION public.piaojue_true_seal() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    in_urn bigint;
    digests bytea;
    in_tests bigint;
    test_digests bytea;
BEGIN
    SELECT count(*), coalesce(string_agg(digest, ''::bytea ORDER BY digest), ''::bytea) INTO in_urn, digests
    FROM (SELECT sha256(blob) AS digest FROM public.voting_sealedballot WHERE round_id = NEW.round_id) AS urn;
    SELECT count(*), coalesce(string_agg(digest, ''::bytea ORDER BY digest), ''::bytea) INTO in_tests, test_digests
    FROM (SELECT sha256(blob) AS digest FROM public.voting_testballot WHERE round_id = NEW.round_id
          EXCEPT SELECT sha256(blob) FROM public.voting_sealedballot WHERE round_id = NEW.round_id) AS tests;
    IF (NEW.ballots, NEW.hashes, NEW.tests, NEW.test_hashes, coalesce(NEW.by_server, 0))
       IS DISTINCT FROM (in_urn, digests, in_tests, test_digests,
                         (SELECT coalesce(sum(ballots), 0) FROM public.voting_serversealed
                          WHERE round_id = NEW.round_id)) THEN
        RAISE EXCEPTION 'refused on %: this is not the urn', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER true_seal BEFORE INSERT ON public.voting_urnseal FOR EACH ROW
EXECUTE FUNCTION public.piaojue_true_seal();
