-- The roll (应到) is what every majority is measured against. A line is added only before the opening, for a delegate
-- of the cycle's congress (same_congress.sql); nobody is deleted; who it is, the sub-group and "has voted" stay. Excluding and
-- admitting end with the opening, voting lasts from the opening to the close, handing out paper and checking in end with
-- the close. That who voted is present, holds no paper and is not excluded, the model's constraints say.

CREATE TRIGGER never_deleted BEFORE DELETE ON public.voting_rollentry FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a frozen roll is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_rollentry FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE FUNCTION public.piaojue_roll_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.voted OR NEW.paper OR (public.piaojue_status_of(NEW.round_id) IN (<<BEFORE_OPENING>>)) IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: the roll is frozen', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER roll_frozen BEFORE INSERT ON public.voting_rollentry FOR EACH ROW
EXECUTE FUNCTION public.piaojue_roll_frozen();

CREATE TRIGGER identity_fixed BEFORE UPDATE ON public.voting_rollentry FOR EACH ROW
WHEN ((OLD.voted AND NOT NEW.voted)
      OR (OLD.round_id, OLD.delegate_id, OLD.number, OLD.name, OLD.delegation)
      IS DISTINCT FROM (NEW.round_id, NEW.delegate_id, NEW.number, NEW.name, NEW.delegation))
EXECUTE FUNCTION public.piaojue_refuse('the roll is frozen');

CREATE TRIGGER group_fixed BEFORE UPDATE ON public.voting_rollentry FOR EACH ROW
WHEN (OLD.in_group <> NEW.in_group)
EXECUTE FUNCTION public.piaojue_refuse('the roll is frozen');

CREATE FUNCTION public.piaojue_roll_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    status_now text := public.piaojue_status_of(NEW.round_id);
BEGIN
    IF OLD.excluded <> NEW.excluded AND (status_now IN (<<BEFORE_OPENING>>)) IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: the vote has been opened', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.paper <> NEW.paper AND (status_now IN (<<CHECK_IN_STATUSES>>)) IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: the vote is closed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.voted AND NOT OLD.voted AND status_now IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION 'refused on %: only while the vote is open', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER roll_change BEFORE UPDATE ON public.voting_rollentry FOR EACH ROW
WHEN (OLD.excluded <> NEW.excluded OR OLD.paper <> NEW.paper OR OLD.voted <> NEW.voted)
EXECUTE FUNCTION public.piaojue_roll_change();

CREATE FUNCTION public.piaojue_presence() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (public.piaojue_status_of(NEW.round_id) IN (<<CHECK_IN_STATUSES>>)) IS NOT TRUE THEN
        RAISE EXCEPTION 'refused on %: the vote is closed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER presence_fixed BEFORE UPDATE ON public.voting_rollentry FOR EACH ROW
WHEN (OLD.presence IS DISTINCT FROM NEW.presence)
EXECUTE FUNCTION public.piaojue_presence();

-- Writes the whole roll of a round anew in one statement, line by line in the order of the roll: afterwards neither xmin
-- nor ctid tells in which order the delegates voted. It changes nothing that a line says.
CREATE FUNCTION public.piaojue_write_roll_anew(concerned bigint) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    line bigint;
BEGIN
    FOR line IN SELECT id FROM public.voting_rollentry WHERE round_id = concerned ORDER BY id LOOP
        UPDATE public.voting_rollentry SET voted = voted WHERE id = line;
    END LOOP;
END $$;
