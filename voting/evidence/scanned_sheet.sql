-- A scanned sheet comes with its batch while the round is closed and not yet counted, at a place of the batch that was not
-- set aside, with the hash of its sealed picture, and stays: only the working picture is emptied. It is destroyed with the
-- urn (disposal.sql).

CREATE TRIGGER fixed BEFORE UPDATE ON public.voting_scannedsheet FOR EACH ROW
WHEN (length(NEW.working) > 0
      OR (OLD.round_id, OLD.batch_id, OLD.place, OLD.doubts, OLD.picture, OLD.digest, OLD.ink)
      IS DISTINCT FROM (NEW.round_id, NEW.batch_id, NEW.place, NEW.doubts, NEW.picture, NEW.digest, NEW.ink))
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_scannedsheet FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER kept_until_disposed BEFORE DELETE ON public.voting_scannedsheet FOR EACH ROW
EXECUTE FUNCTION public.piaojue_disposed();

CREATE TRIGGER moment BEFORE INSERT ON public.voting_scannedsheet FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('closed');

CREATE TRIGGER hashed BEFORE INSERT ON public.voting_scannedsheet FOR EACH ROW
WHEN (NEW.digest <> encode(sha256(NEW.picture), 'hex'))
EXECUTE FUNCTION public.piaojue_refuse('not the hash of the picture');

-- None is added later, when readings are known: a batch comes with all its sheets (scan_batch.sql).
CREATE FUNCTION public.piaojue_sheet_of_batch() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.voting_scanbatch
                   WHERE id = NEW.batch_id AND round_id = NEW.round_id AND NEW.place BETWEEN first AND last
                     AND NEW.place::text <> ALL (string_to_array(set_aside, ','))) THEN
        RAISE EXCEPTION 'refused on %: no sheet of this batch', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER of_its_batch BEFORE INSERT ON public.voting_scannedsheet FOR EACH ROW
EXECUTE FUNCTION public.piaojue_sheet_of_batch();
