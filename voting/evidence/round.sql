-- A round is never deleted, begins at the beginning, and its status follows ROUND_STEPS of voting/states.py and nothing
-- else. What it is voted under is fixed from the beginning, its key outside the ceremony, its figures after the moment
-- they tell of. It opens after the test deck, where a scanner reads paper.

CREATE TRIGGER never_deleted BEFORE DELETE ON public.voting_round FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a round is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_round FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE TRIGGER begins_at_the_beginning BEFORE INSERT ON public.voting_round FOR EACH ROW
WHEN (NEW.status <> 'preparing' OR NEW.key_fingerprint <> '' OR num_nonnulls(
    NEW.public_key, NEW.slips_needed, NEW.slips_issued, NEW.opened_at, NEW.closed_at, NEW.issued, NEW.paper_issued) > 0)
EXECUTE FUNCTION public.piaojue_refuse('no such step');

CREATE TRIGGER step_known BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN (<<ROUND_STEPS>>))
EXECUTE FUNCTION public.piaojue_refuse('no such step');

-- A step that fixes something has it: the seal of the urn with the figures of the roll, the count, its certification, the
-- notice; the decision that annulled the round, with the seal of its urn; the record that its roll was unfrozen.
CREATE FUNCTION public.piaojue_step_proven() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT (CASE NEW.status
        WHEN 'closed' THEN EXISTS (SELECT FROM public.voting_urnseal WHERE round_id = NEW.id)
        WHEN 'counted' THEN EXISTS (SELECT FROM public.voting_tally WHERE round_id = NEW.id)
        WHEN 'certified' THEN EXISTS (SELECT FROM public.voting_certification WHERE tally_id = NEW.id)
        WHEN 'published' THEN EXISTS (SELECT FROM public.voting_notice WHERE round_id = NEW.id)
        WHEN 'annulled' THEN EXISTS (SELECT FROM public.voting_annulment WHERE round_id = NEW.id)
                             AND EXISTS (SELECT FROM public.voting_urnseal WHERE round_id = NEW.id)
        WHEN 'unfrozen' THEN EXISTS (SELECT FROM public.voting_unfreezing WHERE round_id = NEW.id)
        ELSE true
    END) THEN
        RAISE EXCEPTION 'refused on %: nothing is kept that this step fixes', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status = 'open' AND jsonb_build_array(NEW.issued, NEW.paper_issued) IS DISTINCT FROM (
        SELECT jsonb_build_array(
            CASE WHEN NEW.paper_only THEN count(*) FILTER (WHERE voted OR paper)
                 ELSE count(*) FILTER (WHERE presence = 'present') END,
            count(*) FILTER (WHERE paper))
        FROM public.voting_rollentry WHERE round_id = NEW.id AND NOT excluded) THEN
        RAISE EXCEPTION 'refused on %: these are not the figures of the roll', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER step_proven BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN (OLD.status <> NEW.status)
EXECUTE FUNCTION public.piaojue_step_proven();

-- Where a scanner reads first, the vote opens once it has read its test deck without a mistake.
CREATE FUNCTION public.piaojue_opens_by_deck() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.piaojue_scanned(NEW.id) AND NOT public.piaojue_deck_passed(NEW.id) THEN
        RAISE EXCEPTION 'refused on %: the scanner did not pass its test deck', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER opens_by_deck BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN (OLD.status <> NEW.status AND NEW.status = 'open')
EXECUTE FUNCTION public.piaojue_opens_by_deck();

-- No working picture outlasts the certification, or the round.
CREATE FUNCTION public.piaojue_pictures_put_away() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.voting_scannedsheet WHERE round_id = NEW.id AND length(working) > 0) THEN
        RAISE EXCEPTION 'refused on %: working pictures are still there', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pictures_put_away BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN (OLD.status <> NEW.status AND NEW.status IN ('certified', 'annulled'))
EXECUTE FUNCTION public.piaojue_pictures_put_away();

CREATE TRIGGER definition_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN ((OLD.definition, OLD.definition_digest, OLD.seats, OLD.rules_id, OLD.cycle_id, OLD.number)
      IS DISTINCT FROM (NEW.definition, NEW.definition_digest, NEW.seats, NEW.rules_id, NEW.cycle_id, NEW.number))
EXECUTE FUNCTION public.piaojue_refuse('the definition is frozen');

-- The key comes by the step to "keyed" only.
CREATE TRIGGER key_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN (NEW.status <> 'keyed'
      AND (OLD.public_key, OLD.key_fingerprint, OLD.slips_needed, OLD.slips_issued)
      IS DISTINCT FROM (NEW.public_key, NEW.key_fingerprint, NEW.slips_needed, NEW.slips_issued))
EXECUTE FUNCTION public.piaojue_refuse('the key is fixed');

-- What vouches for the key comes with the trial, and goes with another ceremony.
CREATE TRIGGER trial_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN (OLD.key_mac <> NEW.key_mac AND NOT (NEW.status = 'keyed' OR OLD.status = 'keyed' AND NEW.status = 'ready'))
EXECUTE FUNCTION public.piaojue_refuse('the key is fixed');

CREATE TRIGGER figures_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN ((OLD.opened_at IS DISTINCT FROM NEW.opened_at AND NOT (OLD.status = 'ready' AND NEW.status = 'open'))
      OR ((OLD.closed_at, OLD.issued) IS DISTINCT FROM (NEW.closed_at, NEW.issued)
          AND NOT (OLD.status = 'open' AND NEW.status IN ('closed', 'annulled'))))
EXECUTE FUNCTION public.piaojue_refuse('fixed at the opening and the close');

-- The paper handed out is counted at the close; a vote switched to paper stays on paper, and is switched before then.
CREATE TRIGGER paper_fixed BEFORE UPDATE ON public.voting_round FOR EACH ROW
WHEN ((OLD.paper_issued IS DISTINCT FROM NEW.paper_issued
       AND NOT (OLD.status = 'open' AND NEW.status IN ('closed', 'annulled')))
      OR (OLD.paper_only AND NOT NEW.paper_only)
      OR (NOT OLD.paper_only AND NEW.paper_only AND OLD.status NOT IN (<<CHECK_IN_STATUSES>>))
      OR (OLD.announced_close IS DISTINCT FROM NEW.announced_close AND OLD.status NOT IN ('ready', 'open')))
EXECUTE FUNCTION public.piaojue_refuse('fixed at the close');

-- Asked at the end of the transaction: a step stands in the journal, and that a roll was unfrozen as often as it was.
CREATE FUNCTION public.piaojue_journaled() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM public.voting_journalentry
        WHERE cycle_id = NEW.cycle_id AND data -> 'round' = to_jsonb(NEW.number)
          AND act = (<<ACTS_OF_STEPS>>::jsonb) ->> NEW.status)
       < (SELECT greatest(1, count(*) FILTER (WHERE NEW.status = 'unfrozen')) FROM public.voting_round
          WHERE cycle_id = NEW.cycle_id AND number = NEW.number AND status = 'unfrozen') THEN
        RAISE EXCEPTION 'refused on %: the step stands in no journal', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER journaled AFTER UPDATE ON public.voting_round
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.status <> NEW.status)
EXECUTE FUNCTION public.piaojue_journaled();
