-- A cycle is never deleted and begins at the beginning. Its address is fixed, and it is given up no more, once its call is
-- published. A frozen slate stays frozen, and so does the number to choose from it, unless no round came of it that
-- counts and the journal says that it was taken back. Its stage follows STAGE_STEPS of voting/states.py and nothing else;
-- the stages after the vote want the vote. Which year it assesses is fixed.

CREATE TRIGGER never_deleted BEFORE DELETE ON public.voting_cycle FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a cycle is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_cycle FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE TRIGGER begins_at_the_beginning BEFORE INSERT ON public.voting_cycle FOR EACH ROW
WHEN (NEW.stage <> 'solicitation' OR NEW.slate_frozen_at IS NOT NULL)
EXECUTE FUNCTION public.piaojue_refuse('no such step');

CREATE TRIGGER assessed_year_fixed BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.assesses_id IS DISTINCT FROM NEW.assesses_id)
EXECUTE FUNCTION public.piaojue_refuse('the year that is assessed is fixed');

CREATE TRIGGER slate_stays_frozen BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.slate_frozen_at IS NOT NULL AND NEW.slate_frozen_at IS NOT NULL AND OLD.slate_frozen_at <> NEW.slate_frozen_at)
EXECUTE FUNCTION public.piaojue_refuse('the slate is frozen');

CREATE FUNCTION public.piaojue_slate_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.list_confirmed_at IS NOT NULL OR NEW.stage NOT IN ('solicitation', 'screening', 'deliberation')
       OR EXISTS (SELECT FROM public.voting_round WHERE cycle_id = NEW.id AND status NOT IN (<<WITHOUT_RESULT>>)) THEN
        RAISE EXCEPTION 'refused on %: the slate is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER slate_taken_back BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.slate_frozen_at IS NOT NULL AND NEW.slate_frozen_at IS NULL)
EXECUTE FUNCTION public.piaojue_slate_taken_back();

-- Asked at the end of the transaction: the journal says as often that the slate was taken back.
CREATE FUNCTION public.piaojue_slate_journaled() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FILTER (WHERE act = 'slate_frozen') - count(*) FILTER (WHERE act = 'slate_unfrozen')
        FROM public.voting_journalentry WHERE cycle_id = NEW.id)
       > (SELECT (slate_frozen_at IS NOT NULL)::int FROM public.voting_cycle WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'refused on %: the slate is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER slate_journaled AFTER UPDATE ON public.voting_cycle
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.slate_frozen_at IS NOT NULL AND NEW.slate_frozen_at IS NULL)
EXECUTE FUNCTION public.piaojue_slate_journaled();

CREATE TRIGGER seats_fixed BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.slate_frozen_at IS NOT NULL AND OLD.seats <> NEW.seats)
EXECUTE FUNCTION public.piaojue_refuse('the slate is frozen');

CREATE TRIGGER step_known BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.stage <> NEW.stage AND OLD.stage || '>' || NEW.stage NOT IN (<<STAGE_STEPS>>))
EXECUTE FUNCTION public.piaojue_refuse('no such step');

-- A stage that follows the vote has it: a round that is closed to count, and a published one to go on, beside which there
-- are at most those that were annulled. A roll that was unfrozen is no round.
CREATE FUNCTION public.piaojue_stage_proven() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    statuses text[] := ARRAY(
        SELECT status::text FROM public.voting_round WHERE cycle_id = NEW.id AND status <> 'unfrozen');
BEGIN
    IF NOT (CASE
        WHEN NEW.stage IN (<<VOTED_STAGES>>) THEN
            'published' = ANY (statuses) AND statuses <@ ARRAY['published', 'annulled']
        WHEN NEW.stage = 'counting' THEN cardinality(statuses) > 0 AND NOT statuses && ARRAY[<<CHECK_IN_STATUSES>>]
        ELSE true
    END) THEN
        RAISE EXCEPTION 'refused on %: nothing was voted on that this stage follows', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stage_proven BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.stage <> NEW.stage)
EXECUTE FUNCTION public.piaojue_stage_proven();

-- Before its call is published a year may get another address, or be given up; the journal keeps the address that it
-- began with.
CREATE FUNCTION public.piaojue_year_before_its_call() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.stage <> 'solicitation'
       OR EXISTS (SELECT FROM public.voting_call WHERE cycle_id = OLD.id AND published_at IS NOT NULL)
       OR EXISTS (SELECT FROM public.voting_round WHERE cycle_id = OLD.id)
       OR (OLD.first_slug <> NEW.first_slug AND (OLD.first_slug, NEW.first_slug) IS DISTINCT FROM ('', OLD.slug))
       OR (OLD.slug <> NEW.slug AND NEW.first_slug = '') THEN
        RAISE EXCEPTION 'refused on %: the year has begun', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER year_fixed BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN ((OLD.slug, OLD.first_slug) IS DISTINCT FROM (NEW.slug, NEW.first_slug)
      OR OLD.stage <> NEW.stage AND NEW.stage = 'given_up')
EXECUTE FUNCTION public.piaojue_year_before_its_call();

-- A cycle goes back to the deliberation only where its roll was unfrozen, or its only rounds were annulled.
CREATE FUNCTION public.piaojue_roll_unfrozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.voting_round WHERE cycle_id = NEW.id AND status NOT IN (<<WITHOUT_RESULT>>)) THEN
        RAISE EXCEPTION 'refused on %: the roll is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER roll_unfrozen BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.stage IN ('voting', 'counting') AND NEW.stage = 'deliberation')
EXECUTE FUNCTION public.piaojue_roll_unfrozen();
