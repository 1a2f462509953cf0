-- A row stays under the key that it was given: what was found out about it stays true. A test walks over the models.

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.accounts_accesscode FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF digest ON public.accounts_attempts FOR EACH ROW
WHEN (OLD.digest <> NEW.digest) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.accounts_congress FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.accounts_delegate FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.accounts_delegation FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.accounts_rosterimport FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF session_key ON public.accounts_session FOR EACH ROW
WHEN (OLD.session_key <> NEW.session_key) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.accounts_unit FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.accounts_user FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_attachment FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF cycle_id ON public.voting_call FOR EACH ROW
WHEN (OLD.cycle_id <> NEW.cycle_id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_candidate FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_candidatepicture FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_candidateversion FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_changerequest FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_completion FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_cycle FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_delivery FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_deliverymilestone FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_deliverytarget FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_finding FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_keyslip FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF digest ON public.voting_knock FOR EACH ROW
WHEN (OLD.digest <> NEW.digest) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF cycle_id ON public.voting_lightsetting FOR EACH ROW
WHEN (OLD.cycle_id <> NEW.cycle_id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_opinion FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF round_id ON public.voting_paperbox FOR EACH ROW
WHEN (OLD.round_id <> NEW.round_id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_progresslist FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_proposal FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_proposallist FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_proposalversion FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_provenance FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_question FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_rectification FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_rollentry FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_round FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_scannedsheet FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF digest ON public.voting_seconding FOR EACH ROW
WHEN (OLD.digest <> NEW.digest) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_serversealed FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_slatereport FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_supervisiongroup FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_supervisiongroup_delegates FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF cycle_id ON public.voting_survey FOR EACH ROW
WHEN (OLD.cycle_id <> NEW.cycle_id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_surveycount FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF digest ON public.voting_surveyform FOR EACH ROW
WHEN (OLD.digest <> NEW.digest) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_verification FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');

CREATE TRIGGER key_of_row_fixed BEFORE UPDATE OF id ON public.voting_votingrules FOR EACH ROW
WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.piaojue_refuse('the key of a row is fixed');
