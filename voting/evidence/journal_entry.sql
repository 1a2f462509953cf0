-- The journal is append-only: no entry is ever changed or deleted, and each is the next of its cycle: its number follows the
-- last one, and it holds the hash of that entry. What the count reads in it is true when it is written: a step of a round
-- that is taken, a key that the round has, a roll of that length, frozen or taken over once. The moment it tells of is not held: demos are dated back.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_journalentry FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_journalentry FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER chained BEFORE INSERT ON public.voting_journalentry FOR EACH ROW
EXECUTE FUNCTION public.piaojue_chained('cycle_id');

CREATE FUNCTION public.piaojue_true_entry() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    concerned public.voting_round%ROWTYPE;
    sealed public.voting_urnseal%ROWTYPE;
    holds boolean;
BEGIN
    -- A roll that was unfrozen is frozen anew under the same number.
    SELECT * INTO concerned FROM public.voting_round
    WHERE cycle_id = NEW.cycle_id AND to_jsonb(number) = NEW.data -> 'round'
    ORDER BY status = 'unfrozen', id DESC LIMIT 1;
    IF NEW.act IN (<<ROLL_ACTS>>) THEN
        holds := concerned.status IN (<<BEFORE_OPENING>>) AND NEW.data -> 'roll' = to_jsonb(
            (SELECT count(*) FROM public.voting_rollentry WHERE round_id = concerned.id AND NOT excluded));
    ELSE
        holds := concerned.status = (<<STATUSES_OF_ACTS>>::jsonb) ->> NEW.act;
    END IF;
    IF NEW.act = 'key_split' THEN
        holds := holds AND NEW.data -> 'key' = to_jsonb(concerned.key_fingerprint);
    ELSIF NEW.act IN (<<STEPS_TAKEN_ONCE>>) THEN
        holds := holds AND (
            SELECT count(*) FROM public.voting_journalentry
            WHERE cycle_id = NEW.cycle_id AND act = NEW.act AND data -> 'round' = NEW.data -> 'round')
            < (SELECT count(*) FROM public.voting_round
               WHERE cycle_id = NEW.cycle_id AND number = concerned.number AND status = concerned.status);
    END IF;
    IF NEW.act IN ('roll_frozen', 'round_begun') THEN
        holds := holds AND (
            SELECT count(*) FROM public.voting_journalentry
            WHERE cycle_id = NEW.cycle_id AND act IN ('roll_frozen', 'round_begun') AND data -> 'round' = NEW.data -> 'round')
            < (SELECT count(*) FROM public.voting_round WHERE cycle_id = NEW.cycle_id AND number = concerned.number);
    END IF;
    IF NEW.act IN ('round_closed', 'round_annulled') THEN
        SELECT * INTO sealed FROM public.voting_urnseal WHERE round_id = concerned.id;
        holds := holds AND NEW.data @> jsonb_build_object('ballots', sealed.ballots, 'root', sealed.root)
            AND (NEW.data @> jsonb_build_object('issued', concerned.issued, 'paper', concerned.paper_issued)
                 OR (NEW.act = 'round_annulled' AND NOT NEW.data ?| ARRAY['issued', 'paper']));
    END IF;
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: this is not what happened', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER true_entry BEFORE INSERT ON public.voting_journalentry FOR EACH ROW
WHEN (NEW.act IN (<<HELD_ACTS>>))
EXECUTE FUNCTION public.piaojue_true_entry();

-- Asked at the end of the transaction: a ceremony that is told of has its slips.
CREATE FUNCTION public.piaojue_ceremony_held() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.data -> 'issued' IS DISTINCT FROM to_jsonb((
        SELECT count(*) FROM public.voting_keyslip s JOIN public.voting_round r ON r.id = s.round_id
        WHERE r.cycle_id = NEW.cycle_id AND to_jsonb(r.number) = NEW.data -> 'round'
          AND to_jsonb(s.ceremony) = NEW.data -> 'ceremony')) THEN
        RAISE EXCEPTION 'refused on %: no such ceremony was held', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ceremony_held AFTER INSERT ON public.voting_journalentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.act = 'key_split' AND NEW.data ? 'ceremony')
EXECUTE FUNCTION public.piaojue_ceremony_held();
