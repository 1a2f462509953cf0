-- Functions that the triggers of several tables call. Installed first.

-- Refuses whatever it is asked about; the trigger says in words what stays as it is.
CREATE FUNCTION public.piaojue_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'refused on %: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Refuses a row of a round that does not stand at the status that the trigger names.
CREATE FUNCTION public.piaojue_at_status() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT status FROM public.voting_round WHERE id = NEW.round_id) <> TG_ARGV[0] THEN
        RAISE EXCEPTION 'refused on %: only while the round is %', TG_TABLE_NAME, TG_ARGV[0]
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
