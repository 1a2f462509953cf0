"""Recount the ballots themselves, from the file that the scrutineers hold."""

from __future__ import annotations

from voting.count.canonical import root_of, sha256_hex
from voting.count.formats.files import RECOUNT, RecountBody
from voting.count.formats.working import WORKING
from voting.count.working import expand, paper_choices, work_out
from voting.recount.notice import check_mark, check_tests
from voting.recount.report import Report


def recount(file: RecountBody) -> Report:
    """Return the report on a scrutineers' file: counted anew from every ballot, byte for byte."""
    facts, patterns = file["facts"], file["patterns"]
    report = Report(RECOUNT.name)
    check_mark(report, facts["key"], file.get("key_mark"))
    hashes = [bytes.fromhex(each) for each in file["hashes"]]
    report.check("ballots in the urn", found=len(hashes), said=facts["urn"]["ballots"])
    report.check(
        "list of the urn is sorted, each ballot once", found=sorted(set(hashes)) == hashes, said=True
    )
    report.check("root of the urn", found=root_of(hashes), said=facts["urn"]["root"])
    check_tests(report, facts["urn"], file["working"].get("tests"), set(file["hashes"]))
    if not _as_many(report, file):
        return report
    grouped = facts["attendance"]["group"] is not None
    every = [*patterns["online"], *patterns["paper"]]
    members = sum(times for _marks, in_group, times in every if in_group)
    report.check(
        "ballots of a sub-group without a second threshold", found=bool(members) and not grouped, said=False
    )
    counted = work_out(facts, expand(patterns["online"]), file["working"].get("tests", ()))
    report.check("definition", found=sha256_hex(facts["definition"]), said=file["working"]["definition"])
    on_paper = sorted(expand(patterns["paper"]))
    report.check("paper ballots", found=on_paper == sorted(paper_choices(facts)), said=True)
    for item, said in zip(
        counted.working["outcome"]["items"], file["working"]["outcome"]["items"], strict=False
    ):
        report.check(f"votes for project {said['number']}", found=item["for"], said=said["for"])
    report.check("patterns of the ballots", found=counted.patterns, said=patterns)
    report.check("working, byte for byte", found=counted.text == WORKING.write(file["working"]), said=True)
    report.check("hash of the count", found=counted.digest, said=file["digest"])
    outcome = counted.working["outcome"]
    report.result = {
        "status": outcome["status"],
        "chosen": outcome["chosen"],
        "tied": outcome["tied"],
        "votes": {str(item["number"]): item["for"] for item in outcome["items"]},
    }
    return report


def _as_many(report: Report, file: RecountBody) -> bool:
    """Check that the patterns stand for as many ballots as there are; only then can they be counted one by one."""
    facts, patterns = file["facts"], file["patterns"]
    paper = facts["paper"]["ballots"] if facts["paper"] else []
    online = sum(times for _marks, _in_group, times in patterns["online"])
    report.check("online ballots", found=online, said=facts["urn"]["ballots"])
    on_paper = sum(times for _marks, _in_group, times in patterns["paper"])
    report.check("number of paper ballots", found=on_paper, said=len(paper))
    every = [*patterns["online"], *patterns["paper"]]
    least = min((times for _marks, _in_group, times in every), default=1)
    report.check("every pattern stands for a ballot", found=least >= 1, said=True)
    return online == facts["urn"]["ballots"] and on_paper == len(paper) and least >= 1
