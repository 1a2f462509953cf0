-- A key slip comes with its ceremony, before the opening, and stays: who holds it and what it is known by are fixed. Taking
-- it, or another ceremony, empties what was sealed for its holder; that it was taken, and that it was proven, is never taken back.

CREATE TRIGGER kept BEFORE DELETE ON public.voting_keyslip FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a key slip is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_keyslip FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE TRIGGER moment BEFORE INSERT OR UPDATE ON public.voting_keyslip FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status(<<BEFORE_OPENING>>);

CREATE TRIGGER identity_fixed BEFORE UPDATE ON public.voting_keyslip FOR EACH ROW
WHEN ((OLD.taken AND NOT NEW.taken) OR (OLD.proven AND NOT NEW.proven) OR (NEW.taken AND length(NEW.sealed) > 0)
      OR (OLD.sealed <> NEW.sealed AND length(NEW.sealed) > 0)
      OR (OLD.round_id, OLD.ceremony, OLD.place, OLD.holder_id, OLD.held_at, OLD.commitment)
      IS DISTINCT FROM (NEW.round_id, NEW.ceremony, NEW.place, NEW.holder_id, NEW.held_at, NEW.commitment))
EXECUTE FUNCTION public.piaojue_refuse('a key slip is fixed');
