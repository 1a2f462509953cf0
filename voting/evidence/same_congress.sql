-- Everything that a row names belongs to one congress. A test walks over the models and finds the table whose ways are
-- not all named here.

-- The congress that a row of a table belongs to: its own, or that of what it hangs on.
CREATE FUNCTION public.piaojue_congress_of(belongs text, key bigint) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    CASE belongs
        WHEN 'accounts_congress' THEN RETURN key;
        WHEN 'accounts_delegate' THEN RETURN (SELECT congress_id FROM public.accounts_delegate WHERE id = key);
        WHEN 'accounts_delegation' THEN RETURN (SELECT congress_id FROM public.accounts_delegation WHERE id = key);
        WHEN 'accounts_unit' THEN RETURN (SELECT congress_id FROM public.accounts_unit WHERE id = key);
        WHEN 'accounts_user' THEN RETURN (SELECT congress_id FROM public.accounts_user WHERE id = key);
        WHEN 'voting_cycle' THEN RETURN (SELECT congress_id FROM public.voting_cycle WHERE id = key);
        WHEN 'voting_candidate' THEN
            RETURN public.piaojue_congress_of(
                'voting_cycle', (SELECT cycle_id FROM public.voting_candidate WHERE id = key));
        WHEN 'voting_delivery' THEN
            RETURN public.piaojue_congress_of(
                'voting_cycle', (SELECT cycle_id FROM public.voting_delivery WHERE id = key));
        WHEN 'voting_deliverymilestone' THEN
            RETURN public.piaojue_congress_of(
                'voting_delivery', (SELECT delivery_id FROM public.voting_deliverymilestone WHERE id = key));
        WHEN 'voting_deliverytarget' THEN
            RETURN public.piaojue_congress_of(
                'voting_delivery', (SELECT delivery_id FROM public.voting_deliverytarget WHERE id = key));
        WHEN 'voting_finding' THEN
            RETURN public.piaojue_congress_of(
                'voting_inspection', (SELECT inspection_id FROM public.voting_finding WHERE id = key));
        WHEN 'voting_inspection' THEN
            RETURN public.piaojue_congress_of(
                'voting_delivery', (SELECT delivery_id FROM public.voting_inspection WHERE id = key));
        WHEN 'voting_progressreport' THEN
            RETURN public.piaojue_congress_of(
                'voting_delivery', (SELECT delivery_id FROM public.voting_progressreport WHERE id = key));
        WHEN 'voting_proposal' THEN
            RETURN public.piaojue_congress_of(
                'voting_cycle', (SELECT cycle_id FROM public.voting_proposal WHERE id = key));
        WHEN 'voting_round' THEN
            RETURN public.piaojue_congress_of(
                'voting_cycle', (SELECT cycle_id FROM public.voting_round WHERE id = key));
        WHEN 'voting_scanbatch' THEN
            RETURN public.piaojue_congress_of(
                'voting_round', (SELECT round_id FROM public.voting_scanbatch WHERE id = key));
        WHEN 'voting_slatereport' THEN
            RETURN public.piaojue_congress_of(
                'voting_cycle', (SELECT cycle_id FROM public.voting_slatereport WHERE id = key));
        WHEN 'voting_supervisiongroup' THEN
            RETURN public.piaojue_congress_of(
                'voting_delivery', (SELECT delivery_id FROM public.voting_supervisiongroup WHERE id = key));
        WHEN 'voting_survey' THEN
            RETURN public.piaojue_congress_of('voting_cycle', key);
        WHEN 'voting_tally' THEN
            RETURN public.piaojue_congress_of('voting_round', key);
        WHEN 'voting_votingrules' THEN
            RETURN public.piaojue_congress_of(
                'voting_cycle', (SELECT cycle_id FROM public.voting_votingrules WHERE id = key));
    END CASE;
END $$;

-- Refuses a row whose columns (``column:table``) lead to different congresses, or to another than they led to before; an
-- empty column leads nowhere.
CREATE FUNCTION public.piaojue_same_congress() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    rows jsonb[] := CASE TG_OP WHEN 'UPDATE' THEN ARRAY[to_jsonb(OLD), to_jsonb(NEW)] ELSE ARRAY[to_jsonb(NEW)] END;
    one_row jsonb;
    way text;
    key bigint;
    first_one bigint;
    this_one bigint;
    any_before boolean := false;
BEGIN
    FOREACH one_row IN ARRAY rows LOOP
        FOREACH way IN ARRAY TG_ARGV LOOP
            key := (one_row ->> split_part(way, ':', 1))::bigint;
            CONTINUE WHEN key IS NULL;
            this_one := public.piaojue_congress_of(split_part(way, ':', 2), key);
            IF any_before AND this_one IS DISTINCT FROM first_one THEN
                RAISE EXCEPTION 'refused on %: % belongs to another congress', TG_TABLE_NAME, split_part(way, ':', 1)
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            first_one := this_one;
            any_before := true;
        END LOOP;
    END LOOP;
    RETURN NEW;
END $$;

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF congress_id, user_id, delegation_id ON public.accounts_delegate
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'congress_id:accounts_congress', 'user_id:accounts_user', 'delegation_id:accounts_delegation');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF congress_id, uploaded_by_id ON public.accounts_rosterimport
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'congress_id:accounts_congress', 'uploaded_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF congress_id, unit_id ON public.accounts_user
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('congress_id:accounts_congress', 'unit_id:accounts_unit');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, recorded_by_id, second_id ON public.voting_annulment
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'round_id:voting_round', 'recorded_by_id:accounts_user', 'second_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, candidate_id ON public.voting_ballotitem
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'candidate_id:voting_candidate');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, issued_by_id ON public.voting_breakdown
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'issued_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, assesses_id ON public.voting_candidate
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'assesses_id:voting_delivery');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF candidate_id, changed_by_id ON public.voting_candidateversion
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'candidate_id:voting_candidate', 'changed_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF tally_id, certified_by_id ON public.voting_certification
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('tally_id:voting_tally', 'certified_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF delivery_id, asked_by_id, recorded_by_id ON public.voting_changerequest
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'delivery_id:voting_delivery', 'asked_by_id:accounts_user', 'recorded_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF delivery_id, handed_in_by_id, decided_by_id ON public.voting_completion
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'delivery_id:voting_delivery', 'handed_in_by_id:accounts_user', 'decided_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF congress_id, assesses_id ON public.voting_cycle
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'congress_id:accounts_congress', 'assesses_id:voting_cycle');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF proposal_id, unit_id, decided_by_id ON public.voting_decision
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'proposal_id:voting_proposal', 'unit_id:accounts_unit', 'decided_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, candidate_id, continues_id, lead_unit_id ON public.voting_delivery
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'cycle_id:voting_cycle', 'candidate_id:voting_candidate', 'continues_id:voting_delivery',
    'lead_unit_id:accounts_unit');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, disposed_by_id ON public.voting_disposal
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'disposed_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, recorded_by_id, second_id ON public.voting_endofrounds
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'cycle_id:voting_cycle', 'recorded_by_id:accounts_user', 'second_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF inspection_id, unit_id ON public.voting_finding
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'inspection_id:voting_inspection', 'unit_id:accounts_unit');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF finding_id, by_id ON public.voting_findingstep
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('finding_id:voting_finding', 'by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF delivery_id, by_id ON public.voting_inspection
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('delivery_id:voting_delivery', 'by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, actor_id ON public.voting_journalentry
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'actor_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF report_id, milestone_id ON public.voting_milestonestate
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'report_id:voting_progressreport', 'milestone_id:voting_deliverymilestone');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, published_by_id ON public.voting_notice
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'published_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF proposal_id, unit_id, asked_by_id, answered_by_id ON public.voting_opinion
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'proposal_id:voting_proposal', 'unit_id:accounts_unit', 'asked_by_id:accounts_user',
    'answered_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, recorded_by_id ON public.voting_paperbox
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'recorded_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, read_by_id ON public.voting_paperreading
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'read_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, settled_by_id ON public.voting_papersettlement
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'settled_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, uploaded_by_id ON public.voting_progresslist
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'uploaded_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF delivery_id, corrects_id, reported_by_id ON public.voting_progressreport
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'delivery_id:voting_delivery', 'corrects_id:voting_progressreport', 'reported_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, delegate_id, unit_id, entered_by_id, merged_into_id ON public.voting_proposal
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'cycle_id:voting_cycle', 'delegate_id:accounts_delegate', 'unit_id:accounts_unit',
    'entered_by_id:accounts_user', 'merged_into_id:voting_proposal');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, uploaded_by_id ON public.voting_proposallist
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'uploaded_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF candidate_id, proposal_id ON public.voting_provenance
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'candidate_id:voting_candidate', 'proposal_id:voting_proposal');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, candidate_id, delegation_id, asked_by_id, unit_id, answered_by_id ON public.voting_question
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'cycle_id:voting_cycle', 'candidate_id:voting_candidate', 'delegation_id:accounts_delegation',
    'asked_by_id:accounts_user', 'unit_id:accounts_unit', 'answered_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF assessment_id, delivery_id, ordered_by_id, replied_by_id ON public.voting_rectification
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'assessment_id:voting_cycle', 'delivery_id:voting_delivery', 'ordered_by_id:accounts_user',
    'replied_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF delivery_id, delegate_id ON public.voting_remark
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'delivery_id:voting_delivery', 'delegate_id:accounts_delegate');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF report_id, delegate_id ON public.voting_reportreading
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'report_id:voting_slatereport', 'delegate_id:accounts_delegate');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, delegate_id ON public.voting_rollentry
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'delegate_id:accounts_delegate');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, rules_id ON public.voting_round
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'rules_id:voting_votingrules');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, counted_by_id ON public.voting_firstcount
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'counted_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, drawn_by_id ON public.voting_sampledraw
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'drawn_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, run_by_id ON public.voting_scanbatch
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'run_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, batch_id ON public.voting_scannedsheet
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'batch_id:voting_scanbatch');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, issued_by_id ON public.voting_slatereport
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'issued_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF supervisiongroup_id, delegate_id ON public.voting_supervisiongroup_delegates
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'supervisiongroup_id:voting_supervisiongroup', 'delegate_id:accounts_delegate');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF cycle_id, opened_by_id ON public.voting_survey
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle', 'opened_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF survey_id, delivery_id ON public.voting_surveycount
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('survey_id:voting_survey', 'delivery_id:voting_delivery');

-- The keeper of the installation, who belongs to no congress, enters the first keeper of one: not held are actors.
CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF congress_id, subject_id ON public.voting_congressentry
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('congress_id:accounts_congress', 'subject_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, holder_id ON public.voting_keyslip
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'holder_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, counted_by_id ON public.voting_tally
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'counted_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF report_id, target_id ON public.voting_targetfigure
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'report_id:voting_progressreport', 'target_id:voting_deliverytarget');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, recorded_by_id ON public.voting_tiedecision
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round', 'recorded_by_id:accounts_user');

CREATE TRIGGER same_congress BEFORE INSERT OR UPDATE OF round_id, recorded_by_id, second_id ON public.voting_unfreezing
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress(
    'round_id:voting_round', 'recorded_by_id:accounts_user', 'second_id:accounts_user');

-- What names one thing alone cannot be moved to one of another congress either.
CREATE TRIGGER same_congress BEFORE UPDATE OF delegate_id ON public.accounts_accesscode
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('delegate_id:accounts_delegate');

CREATE TRIGGER same_congress BEFORE UPDATE OF proposal_id ON public.voting_attachment
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('proposal_id:voting_proposal');

CREATE TRIGGER same_congress BEFORE UPDATE OF candidate_id ON public.voting_candidatepicture
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('candidate_id:voting_candidate');

CREATE TRIGGER same_congress BEFORE UPDATE OF cycle_id ON public.voting_call
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle');

CREATE TRIGGER same_congress BEFORE UPDATE OF delivery_id ON public.voting_deliverymilestone
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('delivery_id:voting_delivery');

CREATE TRIGGER same_congress BEFORE UPDATE OF delivery_id ON public.voting_deliverytarget
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('delivery_id:voting_delivery');

CREATE TRIGGER same_congress BEFORE UPDATE OF proposal_id ON public.voting_proposalversion
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('proposal_id:voting_proposal');

CREATE TRIGGER same_congress BEFORE UPDATE OF proposal_id ON public.voting_seconding
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('proposal_id:voting_proposal');

CREATE TRIGGER same_congress BEFORE UPDATE OF cycle_id ON public.voting_lightsetting
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle');

CREATE TRIGGER same_congress BEFORE UPDATE OF report_id ON public.voting_reportfile
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('report_id:voting_progressreport');

CREATE TRIGGER same_congress BEFORE UPDATE OF round_id ON public.voting_sealedballot
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round');

CREATE TRIGGER same_congress BEFORE UPDATE OF round_id ON public.voting_serversealed
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round');

CREATE TRIGGER same_congress BEFORE UPDATE OF delivery_id ON public.voting_supervisiongroup
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('delivery_id:voting_delivery');

CREATE TRIGGER same_congress BEFORE UPDATE OF survey_id ON public.voting_surveyform
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('survey_id:voting_survey');

CREATE TRIGGER same_congress BEFORE UPDATE OF round_id ON public.voting_testballot
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round');

CREATE TRIGGER same_congress BEFORE UPDATE OF round_id ON public.voting_urnseal
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('round_id:voting_round');

CREATE TRIGGER same_congress BEFORE UPDATE OF cycle_id ON public.voting_votingrules
FOR EACH ROW EXECUTE FUNCTION public.piaojue_same_congress('cycle_id:voting_cycle');

-- What belongs to a congress stays with it.
CREATE TRIGGER congress_fixed BEFORE UPDATE ON public.accounts_delegate FOR EACH ROW
WHEN (OLD.congress_id <> NEW.congress_id) EXECUTE FUNCTION public.piaojue_refuse('the congress is fixed');

CREATE TRIGGER congress_fixed BEFORE UPDATE ON public.accounts_delegation FOR EACH ROW
WHEN (OLD.congress_id <> NEW.congress_id) EXECUTE FUNCTION public.piaojue_refuse('the congress is fixed');

CREATE TRIGGER congress_fixed BEFORE UPDATE ON public.accounts_rosterimport FOR EACH ROW
WHEN (OLD.congress_id <> NEW.congress_id) EXECUTE FUNCTION public.piaojue_refuse('the congress is fixed');

CREATE TRIGGER congress_fixed BEFORE UPDATE ON public.accounts_unit FOR EACH ROW
WHEN (OLD.congress_id <> NEW.congress_id) EXECUTE FUNCTION public.piaojue_refuse('the congress is fixed');

CREATE TRIGGER congress_fixed BEFORE UPDATE ON public.voting_cycle FOR EACH ROW
WHEN (OLD.congress_id <> NEW.congress_id) EXECUTE FUNCTION public.piaojue_refuse('the congress is fixed');

CREATE TRIGGER congress_fixed BEFORE UPDATE ON public.accounts_user FOR EACH ROW
WHEN (OLD.congress_id IS DISTINCT FROM NEW.congress_id)
EXECUTE FUNCTION public.piaojue_refuse('the congress is fixed');

-- A congress is never deleted, and stays official, a demo or a rehearsal.
CREATE TRIGGER never_deleted BEFORE DELETE ON public.accounts_congress FOR EACH ROW
EXECUTE FUNCTION public.piaojue_refuse('a congress is kept');

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.accounts_congress FOR EACH STATEMENT
EXECUTE FUNCTION public.piaojue_refuse('kept as evidence');

CREATE TRIGGER kind_fixed BEFORE UPDATE ON public.accounts_congress FOR EACH ROW
WHEN (OLD.kind <> NEW.kind)
EXECUTE FUNCTION public.piaojue_refuse('the kind is fixed');
