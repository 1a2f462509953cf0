-- Adopted rules are frozen: neither changed nor deleted. Their adoption is taken back only where no round came of it that
-- counts, and the journal says so. Drafts are free.

CREATE TRIGGER rules_kept BEFORE DELETE ON public.voting_votingrules FOR EACH ROW
WHEN (OLD.adopted_at IS NOT NULL)
EXECUTE FUNCTION public.piaojue_refuse('adopted rules are frozen');

CREATE FUNCTION public.piaojue_rules_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.adopted_at IS NOT NULL OR NEW.cycle_id <> OLD.cycle_id
       OR EXISTS (SELECT FROM public.voting_round WHERE cycle_id = OLD.cycle_id AND status NOT IN (<<WITHOUT_RESULT>>)) THEN
        RAISE EXCEPTION 'refused on %: adopted rules are frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER rules_frozen BEFORE UPDATE ON public.voting_votingrules FOR EACH ROW
WHEN (OLD.adopted_at IS NOT NULL)
EXECUTE FUNCTION public.piaojue_rules_frozen();

-- Asked at the end of the transaction: the journal says as often that the adoption was taken back.
CREATE FUNCTION public.piaojue_rules_journaled() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FILTER (WHERE act = 'rules_adopted') - count(*) FILTER (WHERE act = 'rules_reopened')
        FROM public.voting_journalentry WHERE cycle_id = NEW.cycle_id)
       > (SELECT (adopted_at IS NOT NULL)::int FROM public.voting_votingrules WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'refused on %: adopted rules are frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER rules_journaled AFTER UPDATE ON public.voting_votingrules
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.adopted_at IS NOT NULL)
EXECUTE FUNCTION public.piaojue_rules_journaled();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_votingrules FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');
