"""The questions people ask: what may be done, what falls due, what if, what clashes."""

# Snapshots are as wide as what they show, and an empty field ends a line with a tab.
# ruff: noqa: E501, W291

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from icalendar import Calendar
from inline_snapshot import snapshot

from ledger.importing.files import read_file
from ledger.ledger import Ledger
from tests.cli_run import Desk

EXAMPLES = Path(__file__).parent.parent / "examples"


@cache
def _loaded() -> tuple[bytes, int, int]:
    """Load two examples once."""
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.do("init")
        path = desk.folder / "whereas.db"
        with Ledger.open(path, clock=desk._clock, random=desk._random) as ledger:
            for name in ("microsoft-openai", "cuad"):
                for batch in read_file(EXAMPLES / f"{name}.yaml"):
                    ledger.append(list(batch.drafts), recorded_by="ann")
        return path.read_bytes(), desk.now_us, desk.rolls


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a ledger of two agreements."""
    content, now_us, rolls = _loaded()
    (tmp_path / "whereas.db").write_bytes(content)
    return Desk(tmp_path, now_us=now_us, rolls=rolls)


def shown(desk: Desk, line: str) -> str:
    """Run a command on a terminal without colour."""
    return str(desk.run(line, columns=100, env={"NO_COLOR": "1"}))


# -- may ---------------------------------------------------------------------------------


def test_a_permission_and_the_provision_that_gives_it(desk: Desk) -> None:
    assert shown(
        desk,
        "may openai cloud/hosting --scope product=non-api --with third-party"
        " --on 2025-11-01",
    ) == snapshot("""\
openai, cloud/hosting, product non-api, with third-party: permitted on 2025-11-01, as known now
  (pos:91)

  PROVISION          DOES        STATUS    BY
  non-api-any-cloud  permits it  in force  @35

ip-exclusivity stands aside: it is about asset models or products.
--- stderr
hint: whereas why microsoft-openai non-api-any-cloud --on 2025-11-01
""")


def test_a_bar_with_its_exception(desk: Desk) -> None:
    question = (
        "may openai cloud/hosting --scope product=api/joint --with third-party"
        " --on 2025-11-01"
    )
    assert shown(desk, question) == snapshot("""\
openai, cloud/hosting, product api/joint, with third-party: not permitted on 2025-11-01, as known
  now (pos:91)

  PROVISION  DOES     STATUS    BY
  azure-api  bars it  in force  @7 @34

Unless
  PART                           ANSWER     BECAUSE
  customer us-national-security  permitted  national-security permits it

The answer depends on: customer.
ip-exclusivity stands aside: it is about asset models or products.
--- stderr
hint: whereas why microsoft-openai azure-api --on 2025-11-01
""")
    assert desk(question) == snapshot("""\
not-permitted		microsoft-openai	azure-api	bars	in-force			@7 @34
permitted	customer us-national-security	microsoft-openai	national-security	permits	in-force			@43
--- stderr
openai, cloud/hosting, product api/joint, with third-party: not permitted on 2025-11-01, as known now (pos:91)
""")


def test_an_answer_that_hangs_on_words(desk: Desk) -> None:
    assert desk(
        "may microsoft agi-development --scope asset=models --with third-party"
        " --agreement microsoft-openai"
    ) == snapshot("""\
contingent		microsoft-openai	ip-models	permits	in-force			@5 @27
contingent		microsoft-openai	agi-development	permits	in-force			@37
contingent		microsoft-openai	compute-threshold	bars	contingent	milestone agi-verified claimed	compute thresholds vastly exceeding those of today's leading training systems; limit unknown	@38
--- stderr
microsoft, agi-development, asset models, with third-party: contingent on 2026-01-02, as known now (@55)
""")


def test_silence_names_what_has_ended_and_what_is_carved_out(desk: Desk) -> None:
    assert shown(desk, "may microsoft use --scope asset=research --on 2031-03-01") == (
        snapshot("""\
microsoft, use, asset research: silent on 2031-03-01, as known now (pos:91)

Does not count
  PROVISION    STATUS             DAYS
  ip-research  ended, permits it  2025-10-28 … 2031-01-01
  ip-models    carves it out

No provision that holds on the day speaks of it.
""")
    )


def test_an_answer_for_a_program(desk: Desk) -> None:
    ran = desk.run(
        "may fern resale --scope territory=ca --scope product=software --json"
    )
    read = json.loads(ran.stdout)
    assert (read["schema"], read["verdict"], read["depends_on"]) == (
        "whereas/may/1",
        "contingent",
        ["counterparty"],
    )
    assert [part["scope_text"] for part in read["unless"]] == [
        "counterparty fern | counterparty third-party"
    ]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("may microsoft use --scope asset=models", 0),
        ("may microsoft lunch", 1),
        ("may gale resale --scope product=competing-software", 1),
    ],
)
def test_an_exit_status_tells_whether_it_is_permitted(
    desk: Desk, question: str, status: int
) -> None:
    assert desk.run(f"{question} --on 2025-11-01").status == 0
    assert desk.run(f"{question} --on 2025-11-01 --exit-code").status == status


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("may opnai cloud", "there is no party opnai\nhint: did you mean openai?"),
        (
            "may openai cloud --scope territry=eu",
            "scope has no axis territry\nhint: did you mean territory?",
        ),
        ("may openai cloud --with googel", "there is no party googel"),
        ("may openai cloud --suppose agi=2027", "nothing mentions agi"),
        ("may openai cloud --suppose agi", "--suppose: 'agi' is not a supposal"),
        ("may openai cloud --known @3", "--known: @3 is an event of an agreement"),
        ("may openai cloud --agreement nowhere", "there is no agreement nowhere"),
    ],
)
def test_a_question_that_cannot_be_asked(desk: Desk, line: str, error: str) -> None:
    ran = desk.run(line)
    assert ran.status in {1, 2}
    assert f"error: {error}" in ran.stderr


# -- due ---------------------------------------------------------------------------------


def test_what_falls_due_and_what_waits(desk: Desk) -> None:
    assert shown(
        desk, "due microsoft-openai --to 2034 --holder microsoft --kind ends"
    ) == snapshot("""\
Due 2026-01-02 to 2034-12-31, as known now (@55)

  DATE                     WHAT  SUBJECT      IN THE AGREEMENT                                   BY
  2026-01-01 … 2031-01-01  ends  ip-research  earliest of (milestone agi-verified determined;    @29
                                              through 2030); hangs on milestone agi-verified
                                              determined
  2033-01-01               ends  ip-models    through 2032                                       @27

Without a day
  WHAT  SUBJECT                 IN THE AGREEMENT                   WAITS FOR
  ends  azure-purchase          unknown "the period is not         unknown "the period is not
                                published"                         published"
  ends  azure-purchase-earlier  unknown "not published"            unknown "not published"
  ends  azure-api               milestone agi-verified             milestone agi-verified
  ends  ip-exclusivity          milestone agi-verified             milestone agi-verified
  ends  revenue-share           milestone agi-verified determined  milestone agi-verified determined
--- stderr
hint: whereas what-if microsoft-openai --suppose agi-verified=2034-12-31
""")


def test_what_a_decision_awards_falls_due_on_its_day(desk: Desk) -> None:
    desk.do(
        "append dispute-opened cuad --effective 2025-02-01 --id fees --claimant gale"
        " --respondent fern",
        "append dispute-decided cuad --effective 2026-03-02 --dispute fees --amount"
        " 'USD 1500' --interest '4 %' --basis 'per year' --outcome 'fern pays'",
    )
    question = "due cuad --to 2026-03-31 --kind awarded"
    assert shown(desk, question) == snapshot("""\
Due 2026-01-02 to 2026-03-31, as known now (@39)

  DATE        WHAT     SUBJECT  IN THE AGREEMENT                                          BY
  2026-03-02  awarded  fees     2026-03-02; USD 1500, interest 4 % (per year): fern pays  @39

Who owes an award, and by when, is said by its words alone.
""")
    assert desk.run(f"{question} --party fern --csv").stdout == snapshot("""\
date,from,to,what,agreement,subject,certain,waits_for,when,words,holders,against,events,parties,amount,unit,qualifier
2026-03-02,2026-03-02,2026-03-02,awarded,cuad,fees,yes,,2026-03-02,"USD 1500, interest 4 % (per year): fern pays",,,@39,gale fern,,,
""")
    assert desk.run(f"{question} --holder gale --csv").stdout.count("\n") == 1


def test_what_falls_due_in_all_agreements_on_a_pipe(desk: Desk) -> None:
    assert desk("due --to 2027-04-01 --kind renews --kind notice-by") == snapshot("""\
2026-04-01	2026-04-01	2026-04-01	renews	cuad	support	no	notice by 2026-01-01	renews every 12 months from (through 2025-03) unless notice 90 days before		gale	fern	@4				
2027-01-01	2027-01-01	2027-01-01	notice-by	cuad	support	yes		renews every 12 months from (through 2025-03) unless notice 90 days before		gale	fern	@4				
2027-04-01	2027-04-01	2027-04-01	renews	cuad	support	no	notice by 2027-01-01	renews every 12 months from (through 2025-03) unless notice 90 days before		gale	fern	@4				
--- stderr
Due 2026-01-02 to 2027-04-01, as known now (pos:91)
""")


def test_a_window_without_words_is_a_year(desk: Desk) -> None:
    assert desk.run("due --kind price").stderr == snapshot(
        "Due 2026-01-02 to 2027-01-01, as known now (pos:91)\n"
    )


def test_a_calendar_file(desk: Desk) -> None:
    ran = desk.run("due --ics --from 2033-01-01 --to 2033-01-01")
    events = Calendar.from_ical(ran.stdout).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == [
        "Last day for notice against the renewal of support (cuad)",
        "ip-models has ended (microsoft-openai)",
    ]
    assert desk.run("due --ics --from 2033-01-01 --to 2033-01-01") == ran


def test_a_window_that_ends_before_it_begins(desk: Desk) -> None:
    assert desk("due --from 2027 --to 2026") == snapshot("""\
--- stderr
error: the window ends on 2026 before it begins on 2027
hint: give the earlier date first
--- exit status 2
""")


# -- what-if -----------------------------------------------------------------------------


def test_what_ends_if_a_milestone_is_reached_and_what_goes_on(desk: Desk) -> None:
    assert shown(
        desk, "what-if microsoft-openai --suppose agi-verified=2027-05-01"
    ) == snapshot("""\
Microsoft - OpenAI partnership as known now (@55), supposing agi-verified=2027-05-01

  DATE        WHAT  PROVISION          INSTEAD OF
  2027-05-01  ends  azure-api          from 2026-01-01 on, if ever
  2027-05-01  ends  compute-threshold  from 2026-01-01 on, if ever
  2027-05-01  ends  ip-exclusivity     from 2026-01-01 on, if ever
  2027-05-01  ends  ip-research        2026-01-01 … 2031-01-01
  2027-05-01  ends  revenue-share      from 2026-01-01 on, if ever

Falls due (+ only so, - only otherwise)
     DATE                     WHAT  SUBJECT
  +  2027-05-01               ends  azure-api
  +  2027-05-01               ends  compute-threshold
  +  2027-05-01               ends  ip-exclusivity
  +  2027-05-01               ends  ip-research
  +  2027-05-01               ends  revenue-share
  -  2026-01-01 … 2031-01-01  ends  ip-research

Differs on 2027-05-01
     WHAT                    CHANGE
  ~  ip-exclusivity          status: contingent -> ended
                             waits for: milestone agi-verified -> nothing
  ~  revenue-share           status: contingent -> ended
                             waits for: milestone agi-verified determined -> nothing
  ~  azure-api               status: contingent -> ended
                             waits for: milestone agi-verified -> nothing
  ~  ip-research             status: contingent -> ended
                             waits for: milestone agi-verified determined -> nothing
                             ends: by 2031-01-01 -> 2027-05-01
  ~  compute-threshold       status: contingent -> ended
                             waits for: milestone agi-verified claimed -> nothing
  ~  milestone agi-verified  determined: nothing -> 2027-05-01

Goes on after 2027-05-01
  PROVISION               STATUS      TO
  ip-models               in force    through 2032
  model-partner           in force    (no end stated)
  investment-2019         in force    (no end stated)
  azure-purchase-earlier  contingent  unknown "not published"
  investment-further      in force    (no end stated)
  agi-panel               in force    (no end stated)
  third-party-products    in force    (no end stated)
  non-api-any-cloud       in force    (no end stated)
  agi-development         in force    (no end stated)
  azure-purchase          contingent  unknown "the period is not published"
  national-security       in force    (no end stated)
  open-weights            in force    (no end stated)
""")


def test_what_follows_from_a_notice_on_a_pipe(desk: Desk) -> None:
    assert desk("what-if cuad --suppose 'notice support@2026-12-01'") == snapshot("""\
2027-04-01	ends	support	2027-04-01	2027-04-01	2026-04-01		
--- stderr
Fern - Gale reseller agreement as known now (@37), supposing notice support@2026-12-01
""")


def test_what_follows_from_the_events_of_a_file(desk: Desk) -> None:
    (desk.folder / "amendment.yaml").write_text(
        "whereas: 1\nagreement: cuad\nevents:\n"
        "  - {event: TermExtended, effective: 2026-06-01, provision: resale, "
        "ends: through 2035}\n"
    )
    before = (desk.folder / "whereas.db").read_bytes()
    assert desk("what-if cuad --events amendment.yaml") == snapshot("""\
2036-01-01	ends	resale	2036-01-01	2036-01-01	2029-01-01	2029-01-01	
--- stderr
Fern - Gale reseller agreement as known now (@37), supposing term-extended resale (2026-06-01)
""")
    assert (desk.folder / "whereas.db").read_bytes() == before


def test_nothing_follows_from_nothing(desk: Desk) -> None:
    ran = desk.run("what-if cuad --json")
    read = json.loads(ran.stdout)
    assert (read["schema"], read["effects"], read["changes"], read["schedule"]) == (
        "whereas/what-if/1",
        [],
        [],
        [],
    )


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("what-if cuad --suppose 'notice licence@2027'", "licence does not renew"),
        ("what-if cuad --suppose 'exercise escrov@2027'", "no provision escrov"),
        ("what-if cuad --suppose notice", "does not say of what and when"),
        ("what-if cuad --events missing.yaml", "missing.yaml cannot be read"),
    ],
)
def test_a_hypothesis_that_cannot_be(desk: Desk, line: str, error: str) -> None:
    ran = desk.run(line)
    assert ran.status in {1, 2}
    assert error in ran.stderr


# -- conflicts, search, money ------------------------------------------------------------


def test_what_clashes(desk: Desk) -> None:
    assert desk("conflicts cuad") == snapshot("""\
permission	yes	no	gale	asset software/affiliates-of-fern, activity transfer	2024-04-01		cuad	licence-not-transferable	@24	cuad	licence-of-affiliates	@25
permission	no	no	gale	asset software, activity resale, product competing-software	2024-04-01	2029-01-01	cuad	non-compete	@8 @9	cuad	licence	@23
permission	no	yes	gale	asset documentation, activity assignment	2024-04-01		cuad	no-assignment	@15	cuad	documentation	@28
permission	no	yes	gale	asset software/affiliates-of-fern, activity assignment	2024-04-01		cuad	no-assignment	@15	cuad	licence-of-affiliates	@25
permission	no	yes	gale	asset documentation, activity resale, product competing-software	2024-04-01		cuad	non-compete	@8 @9	cuad	documentation	@28
permission	no	yes	gale	asset software/affiliates-of-fern, activity resale, product competing-software	2024-04-01		cuad	non-compete	@8 @9	cuad	licence-of-affiliates	@25
--- stderr
6 conflicts on 2026-01-02, as known now (@37)
""")
    assert desk.run("conflicts cuad --exit-code").status == 1
    limited = desk.run("conflicts cuad --limit 1 --exit-code")
    assert limited.status == 1
    assert str(limited) == snapshot("""\
permission	yes	no	gale	asset software/affiliates-of-fern, activity transfer	2024-04-01		cuad	licence-not-transferable	@24	cuad	licence-of-affiliates	@25
--- stderr
6 conflicts (5 more than shown) on 2026-01-02, as known now (@37)
--- exit status 1
""")
    assert shown(desk, "conflicts cuad --limit 0") == snapshot(
        "6 conflicts (6 more than shown) on 2026-01-02, as known now (@37)\n"
    )
    answer = json.loads(desk.run("conflicts cuad --limit 1 --json").stdout)
    assert (len(answer["conflicts"]), answer["more"]) == (1, 5)
    assert shown(desk, "conflicts cuad --limit few") == snapshot("""\
--- stderr
error: --limit takes a number of conflicts, not few
hint: whereas conflicts --limit 10
--- exit status 2
""")
    assert shown(desk, "conflicts microsoft-openai") == snapshot("""\
4 conflicts on 2026-01-02, as known now (@55)

permission, if one act is both
  party: openai
  one: microsoft-openai ip-exclusivity (exclusive for microsoft, @6)
  other: microsoft-openai national-security (permission for openai, @43)
  over: asset models, activity cloud/hosting, product api, customer us-national-security | asset
    products, activity cloud/hosting, product api, customer us-national-security
  days: 2025-10-28 …
permission, if one act is both
  party: openai
  one: microsoft-openai ip-exclusivity (exclusive for microsoft, @6)
  other: microsoft-openai non-api-any-cloud (permission for openai, @35)
  over: asset models, activity cloud/hosting, product non-api | asset products, activity
    cloud/hosting, product non-api
  days: 2025-10-28 …
permission, if one act is both
  party: openai
  one: microsoft-openai ip-exclusivity (exclusive for microsoft, @6)
  other: microsoft-openai open-weights (permission for openai if models that satisfy specified
    capability criteria, @46)
  over: asset models, activity release, product open-weights | asset products, activity release,
    product open-weights
  days: 2025-10-28 …
permission, if one act is both
  party: openai
  one: microsoft-openai ip-exclusivity (exclusive for microsoft, @6)
  other: microsoft-openai third-party-products (permission for openai, @33)
  over: asset models, activity joint-products, counterparty third-party | asset products, activity
    joint-products, counterparty third-party
  days: 2025-10-28 …
""")


def test_words_that_occur(desk: Desk) -> None:
    assert desk("""search '"right of first refusal"'""") == snapshot("""\
microsoft-openai	@18	level-changed	azure-cloud	2025-01-21	source.quote	a model where Microsoft has a right of first refusal (ROFR)
microsoft-openai	@18	level-changed	azure-cloud	2025-01-21	source.quote	its right of first refusal regarding OpenAI
microsoft-openai	@41	right-relinquished	azure-cloud	2025-10-28	source.quote	relinquished its right of first refusal
microsoft-openai	@41	right-relinquished	azure-cloud	2025-10-28	source.quote	will no longer have a right of first refusal
--- stderr
right of first refusal: 2 events, as known now (pos:91)
""")
    assert shown(desk, "search openai --event party-restructured") == snapshot("""\
openai: 1 event, as known now (pos:91)

  AGREEMENT         EVENT  TYPE                ABOUT   WHERE IT SAYS
  microsoft-openai  @22    party-restructured  openai  party: openai | name: OpenAI Group PBC |
                                                       source.title: Evolution of the
                                                       Microsoft-OpenAI Partnership: A New Era | and
                                                       2 more

Parties
  PARTY   NAME                      IN
  openai  OpenAI Group PBC, OpenAI  microsoft-openai
""")


def test_words_that_do_not_occur(desk: Desk) -> None:
    assert shown(desk, "search needle") == snapshot("""\
needle: 0 events, as known now (pos:91)

Nothing was found.
""")
    assert desk("search cloud --event clouds") == snapshot("""\
--- stderr
error: --event: there is no event type clouds
hint: whereas append -h lists the types
--- exit status 2
""")


def test_what_is_committed_paid_and_outstanding(desk: Desk) -> None:
    assert shown(desk, "money microsoft-openai") == snapshot("""\
Money on 2026-01-02, as known now (@55)

  PROVISION               COMMITTED  PERFORMED                  OUTSTANDING                  BY
  investment-2019         USD 1bn    funded part of USD 11.6bn  USD 1bn - part of USD        @3 @20
                                                                11.6bn
  azure-purchase-earlier  unknown                               unknown                      @10
  investment-further      USD 12bn   funded part of USD 11.6bn  USD 12bn - part of USD       @15 @20
                                                                11.6bn
  azure-purchase          USD 250bn                             USD 250bn                    @40

In total
  PROVISION                  COMMITTED            PERFORMED          OUTSTANDING          BY
  investment-2019 +          USD 13bn             funded USD 11.6bn  USD 1.4bn            @3 @15 @20
  investment-further
  azure-purchase-earlier +   USD 250bn + unknown                     USD 250bn + unknown  @10 @40
  azure-purchase

how @20 divides between investment-2019 and investment-further is not known.
azure-purchase-earlier: @10 gives no amount.
investment-further: press-total contradicts @15.
""")
    assert desk("money microsoft-openai --on 2020") == snapshot("""\
microsoft-openai	investment-2019	investment	microsoft	openai	USD 1bn		USD 1bn		@3	1000000000		1000000000	USD
microsoft-openai	azure-purchase-earlier	purchase	microsoft	openai	perhaps unknown		perhaps unknown	azure-purchase-earlier: @10 gives no amount; azure-purchase-earlier: @10 is dated between 2019-07-22 and 2025-01-21, perhaps after this day	@10				
--- stderr
Money at the end of 2020 (2020-12-31), as known now (@55)
""")


# -- stakes ------------------------------------------------------------------------------


def test_stakes_over_time(desk: Desk) -> None:
    assert shown(desk, "stakes microsoft-openai") == snapshot("""\
Stakes on 2026-01-02, as known now (@55)

  HOLDER     ISSUER  DATED       SHARE       VALUE            BASIS                              BY
  microsoft  openai  2025-10-27  32.5 %                       as-converted, excluding recent     @21
                                                              funding rounds, in the for-profit
  microsoft  openai  2025-10-28  about 27 %  about USD 135bn  as-converted diluted, all owners   @23
""")
    assert desk("stakes microsoft-openai --issuer microsoft") == snapshot("""\
--- stderr
Stakes on 2026-01-02, as known now (@55)
""")


def test_what_contradicts_a_stake_is_told_wherever_it_is_shown(desk: Desk) -> None:
    desk.do(
        "append source-linked microsoft-openai --target @23 --source blog"
        " --stance contradicts"
    )
    told = "microsoft in openai: blog contradicts @23."
    assert told in shown(desk, "stakes microsoft-openai")
    assert told in shown(desk, "show microsoft-openai")
    document = json.loads(desk.run("show microsoft-openai --json").stdout)
    assert [s["contradicted"] for s in document["stakes"]] == [[], ["blog"]]


def test_stakes_on_two_bases_are_not_subtracted(desk: Desk) -> None:
    question = "stakes microsoft-openai --holder microsoft --issuer openai --between"
    assert desk(f"{question} 2025-10-27..2026") == snapshot("""\
--- stderr
error: the stake of microsoft in openai was reported on two bases, which cannot be compared: 32.5 % (as-converted, excluding recent funding rounds, in the for-profit, @21) and about 27 % (as-converted diluted, all owners, @23)
  in the way: @21 stake-reported
hint: compare what is reported on one basis; nothing here turns a share on one basis into one on another
--- exit status 1
""")
    assert desk(f"{question} 2025-10-28..2026") == snapshot("""\
microsoft	openai	as-converted diluted, all owners	about 27 % (@23)	about 27 % (@23)	not a number
--- stderr
microsoft in openai, as known now (@55)
""")


def test_a_comparison_that_lacks_something(desk: Desk) -> None:
    assert desk("stakes --between 2025..2026") == snapshot("""\
--- stderr
error: --between: a stake is compared in one agreement, of one holder in one issuer
hint: add AGREEMENT, --holder PARTY and --issuer PARTY
--- exit status 2
""")
    assert desk(
        "stakes microsoft-openai --holder microsoft --issuer openai --between 2025"
    ) == snapshot("""\
--- stderr
error: --between: 2025 is not two dates
hint: write 2024-12-31..2025-12-31
--- exit status 2
""")


def test_a_calendar_is_one_form_and_json_another(desk: Desk) -> None:
    ran = desk.run("due cuad --ics --json")
    assert (ran.status, ran.stdout) == (2, "")
    assert "--ics and --json exclude each other" in ran.stderr
