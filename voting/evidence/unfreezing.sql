-- That a roll was unfrozen is append-only, recorded by a clerk with a second person beside (the model's constraint says
-- that they are two), while the round is being prepared and nobody on it holds a slip or a paper ballot, with the step
-- that takes it back.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.voting_unfreezing FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.voting_unfreezing FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('append-only');

CREATE TRIGGER actor BEFORE INSERT ON public.voting_unfreezing FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('recorded_by_id', 'clerk');

CREATE TRIGGER second_actor BEFORE INSERT ON public.voting_unfreezing FOR EACH ROW
EXECUTE FUNCTION public.piaojue_actor('second_id', 'clerk', 'presiding', 'scrutineer', 'chief');

CREATE TRIGGER moment BEFORE INSERT ON public.voting_unfreezing FOR EACH ROW
EXECUTE FUNCTION public.piaojue_at_status('preparing');

CREATE FUNCTION public.piaojue_nothing_is_out() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    concerned bigint := (SELECT cycle_id FROM public.voting_round WHERE id = NEW.round_id);
BEGIN
    IF EXISTS (SELECT FROM public.voting_rollentry WHERE round_id = NEW.round_id AND paper)
       OR EXISTS (SELECT FROM public.voting_journalentry WHERE cycle_id = concerned AND act = 'codes_issued'
                  AND sequence > (SELECT coalesce(max(sequence), 0) FROM public.voting_journalentry
                                  WHERE cycle_id = concerned AND act = 'roll_frozen')) THEN
        RAISE EXCEPTION 'refused on %: slips or paper ballots are out', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER nothing_is_out BEFORE INSERT ON public.voting_unfreezing FOR EACH ROW
EXECUTE FUNCTION public.piaojue_nothing_is_out();

CREATE CONSTRAINT TRIGGER with_its_step AFTER INSERT ON public.voting_unfreezing
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.piaojue_step_taken(<<NOT_UNFROZEN>>);
