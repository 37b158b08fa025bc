"""Questions to all agreements at once, with an index and without one."""

# Snapshots are as wide as what they show.
# ruff: noqa: E501, W291

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from inline_snapshot import snapshot

from ledger.importing.files import read_file
from ledger.ledger import Ledger
from tests.cli_run import Desk, told

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = ("distribution", "cuad", "microsoft-openai", "volkswagen-suzuki")


@cache
def _loaded() -> tuple[bytes, bytes, int, int]:
    """Load some examples once, and make an index of them."""
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.do("init")
        path = desk.folder / "whereas.db"
        with Ledger.open(path, clock=desk._clock, random=desk._random) as ledger:
            for name in NAMES:
                for batch in read_file(EXAMPLES / f"{name}.yaml"):
                    ledger.append(list(batch.drafts), recorded_by="ann")
        desk.do("index rebuild")
        index = path.with_name("whereas.index.db").read_bytes()
        return path.read_bytes(), index, desk.now_us, desk.rolls


@pytest.fixture
def plain(tmp_path: Path) -> Desk:
    """A desk with a ledger of the examples, and no index."""
    content, _, now_us, rolls = _loaded()
    (tmp_path / "whereas.db").write_bytes(content)
    return Desk(tmp_path, now_us=now_us, rolls=rolls)


@pytest.fixture
def desk(plain: Desk) -> Desk:
    """A desk with an index too."""
    (plain.folder / "whereas.index.db").write_bytes(_loaded()[1])
    return plain


def shown(desk: Desk, line: str, columns: int | None = 100) -> str:
    """Run a command on a terminal without colour, whatever else the examples tell."""
    ran = desk.run(line, columns=columns, env={"NO_COLOR": "1"})
    return re.sub(r"pos:[0-9]+", "pos:N", str(ran))


# -- the same answers ------------------------------------------------------------------

QUESTIONS = (
    "exclusive",
    "exclusive --scope activity=cloud/hosting --scope product=api",
    "exclusive --scope asset=models/new",
    "party microsoft",
    "party openai --kind licence --status in-force --status contingent",
    "party gale --agreement cuad --limit 3 --offset 2",
    "lapsing 2024..2032",
    "lapsing --within '3 years' --party gale",
    "lapsing 2009-12..2016-01 --on 2009-12-31",
    "waiting agi-verified",
    "waiting agi-verified --party openai --kind permission",
    "stakes suzuki",
    "stakes openai --party microsoft",
    "totals",
    "totals --party microsoft --status contingent",
    "totals --limit 1 --offset 2",
)
CLOCKS = (
    "",
    "--on 2012-06-30",
    "--on 2024-12-31 --horizon 2023-01-01",
    "--on 2031-02 --known pos:150",
)
FORMS = ("", "--json", "--jsonl", "--csv")


@pytest.mark.parametrize("clocks", CLOCKS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_index_and_the_fold_give_the_same_answer(
    desk: Desk, question: str, clocks: str
) -> None:
    if "--on" in question:
        clocks = ""
    if question.startswith("stakes"):
        clocks = clocks.partition(" --horizon")[0]
    line = f"portfolio {question} {clocks}"
    for form in FORMS:
        assert desk.run(f"{line} {form}") == desk.run(f"{line} {form} --fold")


def test_the_index_answers_where_it_is_level(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.folder / "whereas.index.db")) as index, index:
        index.execute("UPDATE stakes SET body = replace(body, 'suzuki', 'elsewhere')")
    assert "elsewhere" in desk("portfolio stakes suzuki")
    assert "elsewhere" not in desk("portfolio stakes suzuki --fold")


def test_without_an_index_nothing_is_noted_and_no_file_is_made(plain: Desk) -> None:
    before = sorted(plain.folder.rglob("*"))
    ran = plain.run("portfolio stakes suzuki")
    assert ran.status == 0
    assert "note" not in ran.stderr
    assert sorted(plain.folder.rglob("*")) == before


# -- what is shown ---------------------------------------------------------------------


def test_who_holds_exclusivity(desk: Desk) -> None:
    assert shown(desk, "portfolio exclusive --on 2024-06-01") == snapshot("""\
5 provisions with exclusivity on 2024-06-01, as known now (pos:N)

  AGREEMENT         PROVISION          HOLDER     WHAT                      STATUS
  alder-birk        exclusive-germany  birk       sole over distribution:   in force through 2025
                                                  sale + instruments + de;
                                                  not online/marketplace
  cuad              exclusive-canada   gale       exclusive over resale:    in force through 2026
                                                  resale + software + ca
  microsoft-openai  azure-api          microsoft  exclusive: cloud/hosting  starts between
                                                  + api                     2019-07-22 and
                                                                            2025-01-21 (waits)
  microsoft-openai  azure-cloud        microsoft  exclusive: cloud          in force until
                                                                            2025-10-28 (@41)
  microsoft-openai  ip-exclusivity     microsoft  exclusive over            starts between
                                                  ip-models: models,        2019-01-01 and
                                                  products                  2025-10-27 (waits)
--- stderr
hint: whereas why alder-birk exclusive-germany --on 2024-06-01
""")


def test_what_covers_a_scope_or_may(desk: Desk) -> None:
    question = "portfolio exclusive --scope activity=cloud/hosting --scope product=api"
    assert shown(desk, f"{question} --on 2024-06-01", None) == snapshot("""\
microsoft-openai	azure-api	priority	microsoft	openai	exclusive: cloud/hosting + api	contingent	between 2019-07-22 and 2025-01-21	milestone agi-verified	2026-01-01		between 2019-07-22 and 2025-01-21		@7			
microsoft-openai	azure-cloud	priority	microsoft	openai	exclusive: cloud	in-force	2019-07-22						@4			
--- stderr
2 provisions with exclusivity over activity cloud/hosting, product api on 2024-06-01, as known now (pos:N)
""")


def test_what_ends_comes_in_the_order_of_its_end(desk: Desk) -> None:
    question = "portfolio lapsing 2026..2028 --agreement cuad --agreement alder-birk"
    assert shown(desk, question) == snapshot("""\
12 provisions ending in 2026..2028 on 2026-01-02, as known now (pos:N)

  DATE          AGREEMENT   PROVISION              HOLDER       WHAT
  2026-02-20    alder-birk  stock-put              birk         put up to EUR 500k
  2026-07-01    alder-birk  no-competing-products  alder        restriction: sale +
                                                                competing-instruments
  2027-01-01    alder-birk  no-solicitation        alder, birk  restriction: hiring
  2027-01-01    cuad        exclusive-canada       gale         exclusive over resale: resale +
                                                                software + ca
  2026-04-01 …  cuad        control-termination    fern         termination
  2026-04-01 …  cuad        support                gale         obligation: support
  2026-04-01 …  cuad        warranty               gale         obligation
  2026-07-01 …  cuad        wind-down              gale         obligation: support
  2027-01-01 …  cuad        no-solicit-customers   gale         restriction: solicitation +
                                                                referred-by-gale
  2027-01-01 …  cuad        no-solicit-employees   fern, gale   restriction: hiring
  2027-01-01 …  cuad        non-compete            fern         restriction: resale +
                                                                competing-software; not
                                                                competing-software/accounting
  2028-01-01 …  cuad        audit                  fern         permission: audit; once a year, on
                                                                10 days' notice
--- stderr
hint: whereas why alder-birk stock-put
""")


def test_what_waits_for_a_milestone(desk: Desk) -> None:
    assert shown(desk, "portfolio waiting agi-verified --kind priority") == snapshot("""\
2 provisions hanging on agi-verified on 2026-01-02, as known now (pos:N)

  AGREEMENT         PROVISION       HOLDER     WHAT                       STATUS
  microsoft-openai  azure-api       microsoft  exclusive: cloud/hosting   until milestone
                                               + api; cloud/hosting +     agi-verified (waits)
                                               api/joint; not
                                               us-national-security
  microsoft-openai  ip-exclusivity  microsoft  exclusive over ip-models:  until milestone
                                               models, products           agi-verified (waits)
--- stderr
hint: whereas why microsoft-openai azure-api
""")


def test_stakes_in_an_issuer(desk: Desk) -> None:
    assert shown(desk, "portfolio stakes suzuki --on 2014-12-31") == snapshot("""\
Stakes in suzuki on 2014-12-31, as known now (pos:N)

  AGREEMENT          HOLDER      SHARE   BASIS          DATED    BY
  volkswagen-suzuki  volkswagen  19.9 %  issued shares  2010-01  @8
""")


def test_what_amounts_come_to(desk: Desk) -> None:
    assert shown(desk, "portfolio totals") == snapshot("""\
Totals on 2026-01-02, as known now (pos:N)

  KIND         BASIS                         AMOUNT                         PROVISIONS  IN
  investment                                 USD 13bn                       2           1 agreement
  obligation                                 at least USD 1m + USD 5k per   2           1 agreement
                                             unit
  price        list price of the year        up to 5 %                      1           1 agreement
               before
  purchase                                   USD 2m per year + USD 250bn +  3           2 agreements
                                             unknown
  restriction                                up to 50000 seats + unknown    2           2 agreements
  risk                                       up to EUR 2m per year + up to  2           2 agreements
                                             USD 4m
""")


IMPRECISE = """\
whereas: 1
agreement: c-d
events:
  - event: AgreementOpened
    effective: 2020-01-01
    title: C - D
    parties: [{id: c, name: C}, {id: d, name: D}]
  - {event: PurchaseCommitted, effective: 2020-01-01, id: about, holder: d, against: c, amount: about USD 5bn}
  - {event: PurchaseCommitted, effective: 2020-01-01, id: least, holder: d, against: c, amount: at least USD 2bn}
  - {event: PurchaseCommitted, effective: 2020-01-01, id: between, holder: d, against: c, amount: between USD 7m and USD 10m}
  - {event: PurchaseCommitted, effective: "2021", id: later, holder: d, against: c, amount: USD 3m}
  - {event: PurchaseCommitted, effective: unknown, starts: 2020-02-01, id: begun, holder: d, against: c, amount: USD 1m}
  - {event: QuantityChanged, effective: "2021", provision: between, amount: USD 9m}
  - {event: InvestmentMade, effective: "2021", id: money, investor: c, recipient: d, amount: up to USD 4m, stage: committed}
  - {event: StakeReported, effective: 2020-01-01, holder: c, issuer: d, share: about 10 %, basis: issued, value: up to USD 5bn}
  - {event: StakeReported, effective: "2021", holder: c, issuer: d, share: at least 20 %, basis: issued}
"""
APART = """\
whereas: 1
agreement: e
events:
  - event: AgreementOpened
    effective: 2020-01-01
    title: E
    parties: [{id: c, name: C}, {id: d, name: D}]
  - {event: PurchaseCommitted, effective: 2020-01-01, id: between, holder: d, against: c, amount: between USD 7m and USD 10m}
  - {event: QuantityChanged, effective: "2021", provision: between, amount: USD 9m}
"""


@pytest.fixture(params=["folded", "by the index"])
def imprecise(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """A desk with amounts and dates that are not exact."""
    desk = Desk(tmp_path)
    (tmp_path / "c-d.yaml").write_text(IMPRECISE)
    desk.do("init", "import c-d.yaml")
    if request.param != "folded":
        desk.do("index rebuild")
    return desk


def test_what_may_lie_after_the_day_is_in_totals_perhaps(imprecise: Desk) -> None:
    assert shown(imprecise, "portfolio totals --on 2020-06-30") == snapshot("""\
Totals on 2020-06-30, as known now (pos:N)

  KIND      AMOUNT                                PROVISIONS  IN
  purchase  at least USD 2.008bn + about USD 5bn  4           1 agreement
""")
    assert shown(imprecise, "portfolio totals --on 2021-06-30") == snapshot("""\
Totals on 2021-06-30, as known now (pos:N)

  KIND        AMOUNT                                                 PROVISIONS  IN
  investment  perhaps up to USD 4m                                   1           1 agreement
  purchase    at least USD 2.001bn + about USD 5bn + perhaps 2 more  5           1 agreement

What is there perhaps has a date that may lie after this day.
--- stderr
hint: whereas money --on 2021-06-30
""")
    assert imprecise.run("portfolio totals --on 2021-12-31 --csv").stdout == snapshot("""\
kind,basis,provisions,agreements,amounts,unknown,perhaps,amount,unit
investment,,1,1,up to USD 4m,,,,
purchase,,5,1,at least USD 2.013bn,,,,
purchase,,5,1,about USD 5bn,,,,
""")
    (bought,) = json.loads(
        imprecise.run("portfolio totals --kind purchase --on 2021-06-30 --json").stdout
    )["items"]
    assert bought["perhaps"] == [
        "between USD 7m and USD 10m or perhaps USD 9m",
        "USD 3m",
    ]


def test_each_currency_has_a_row_of_totals(imprecise: Desk) -> None:
    (imprecise.folder / "e.yaml").write_text(
        APART + "  - {event: PurchaseCommitted, effective: 2020-01-01, id: euros,"
        " holder: d, against: c, amount: EUR 3m}\n"
    )
    imprecise.do("import e.yaml")
    told = imprecise.run("portfolio totals --agreement e --on 2022 --csv").stdout
    assert told == snapshot("""\
kind,basis,provisions,agreements,amounts,unknown,perhaps,amount,unit
purchase,,2,1,USD 9m,,,9000000,USD
purchase,,2,1,EUR 3m,,,3000000,EUR
""")


@pytest.mark.parametrize(
    "day", ["2020-01-15", "2020-06-30", "2021-06-30", "2021-12-31"]
)
def test_totals_take_for_certain_what_money_does(imprecise: Desk, day: str) -> None:
    money, totals = (
        json.loads(imprecise.run(f"{question} --on {day} --json").stdout)
        for question in ("money", "portfolio totals")
    )
    committed = [line["committed"]["text"] for line in money["lines"]]
    perhaps = [text.removeprefix("perhaps ") for text in committed if "perhaps" in text]
    assert sorted(perhaps) == sorted(a for t in totals["items"] for a in t["perhaps"])


@pytest.mark.parametrize(
    "question",
    [
        "state c-d",
        "why c-d between",
        "portfolio party c",
        "portfolio totals --kind purchase --agreement e",
        "money c-d",
    ],
)
def test_an_amount_that_has_perhaps_not_changed_yet_is_told_with_the_one_before(
    imprecise: Desk, question: str
) -> None:
    changed = "between USD 7m and USD 10m or perhaps USD 9m"
    if "totals" in question:
        # Apart, because several amounts are only counted.
        (imprecise.folder / "e.yaml").write_text(APART)
        imprecise.do("import e.yaml")
    told = shown(imprecise, f"{question} --on 2021-06-30", 300)
    assert changed in told
    told = shown(imprecise, f"{question} --on 2022-06-30", 300)
    assert "USD 9m" in told.replace("9000000", "9m")
    assert "perhaps" not in told


@pytest.mark.parametrize("question", ["state c-d", "portfolio party c"])
def test_an_amount_that_has_perhaps_not_changed_yet_is_no_number(
    imprecise: Desk, question: str
) -> None:
    for on, amount in (
        ("2021-06-30", ("", "", "")),
        ("2022", ("9000000", "USD", "exact")),
    ):
        told = imprecise.run(f"{question} --on {on} --csv").stdout.splitlines()
        (row,) = [one for one in csv.DictReader(told) if one["provision"] == "between"]
        assert (row["amount"], row["unit"], row["qualifier"]) == amount


@pytest.mark.parametrize("question", ["state", "show"])
def test_an_agreement_tells_of_a_report_that_may_lie_after_the_day(
    imprecise: Desk, question: str
) -> None:
    told = shown(imprecise, f"{question} c-d --on 2021-06-30")
    assert "c in d: at least 20 % is dated 2021, perhaps after this day." in told
    told = shown(imprecise, f"{question} c-d --on 2022-06-30")
    assert "perhaps after this day" not in told


def test_a_report_that_may_lie_after_the_day_is_told_perhaps(imprecise: Desk) -> None:
    assert shown(imprecise, "portfolio stakes d --on 2020-06-30") == snapshot("""\
Stakes in d on 2020-06-30, as known now (pos:N)

  AGREEMENT  HOLDER  SHARE       VALUE          BASIS   DATED       BY
  c-d        c       about 10 %  up to USD 5bn  issued  2020-01-01  @9
""")
    assert shown(imprecise, "portfolio stakes d --on 2021-06-30") == snapshot("""\
Stakes in d on 2021-06-30, as known now (pos:N)

  AGREEMENT  HOLDER  SHARE                  BASIS   DATED  BY
  c-d        c       perhaps at least 20 %  issued  2021   @10

c-d c in d: @10 is dated 2021, perhaps after this day.
--- stderr
hint: whereas stakes c-d --issuer d --on 2021-06-30
""")
    (held,) = json.loads(
        imprecise.run("portfolio stakes d --on 2021-06-30 --json").stdout
    )["items"]
    assert (held["share"], held["perhaps"]) == ("at least 20 %", True)


def test_nothing_is_said_in_words(desk: Desk) -> None:
    assert shown(desk, "portfolio lapsing 1990..1991 --on 1990-01-01") == snapshot("""\
0 provisions ending in 1990..1991 on 1990-01-01, as known now (pos:N)

Nothing.
""")


# -- pages -----------------------------------------------------------------------------


def test_pages_put_together_are_the_whole(desk: Desk) -> None:
    line = "portfolio party microsoft --jsonl"
    whole = desk.run(line).stdout.splitlines()
    pages = [
        desk.run(f"{line} --limit 5 --offset {at}").stdout.splitlines()
        for at in range(0, len(whole) + 5, 5)
    ]
    assert len(whole) > 10
    assert [row for page in pages for row in page] == whole
    assert pages[-1] == []


def test_a_page_says_which_it_is(desk: Desk) -> None:
    title = desk.run("portfolio party microsoft --limit 2 --offset 3").stderr
    assert title.rpartition(", ")[2] == "4 to 5 of 22\n"
    title = desk.run("portfolio party microsoft --offset 100").stderr
    assert title.rpartition(", ")[2] == "none of them shown\n"
    document = json.loads(
        desk.run("portfolio party microsoft --limit 2 --offset 3 --json").stdout
    )
    assert document["found"] == 22
    assert document["offset"] == 3
    assert len(document["items"]) == 2


def test_a_spreadsheet_has_a_header_and_the_events(desk: Desk) -> None:
    written = desk.run("portfolio exclusive --csv").stdout
    rows = list(csv.DictReader(io.StringIO(written)))
    assert {row["provision"]: row["events"] for row in rows}["azure-api"] == (
        "@7 @26 @34 @44"
    )


# -- what cannot be asked --------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("party micrsoft", "no agreement speaks of the party micrsoft"),
        ("waiting agi", "no agreement speaks of the milestone agi"),
        ("stakes nobody", "no agreement speaks of the issuer nobody"),
        ("party microsoft --status forced", "there is no status forced"),
        ("party microsoft --limit some", "--limit takes a number of rows, not some"),
        ("lapsing 2026", "2026 is not a window"),
        ("lapsing 2027..2026", "2027..2026 ends before it begins"),
        ("lapsing 2026..2027 --within '1 year'", "has its last day, or a length"),
        ("lapsing --within soon", "soon is no duration"),
        ("lapsing --within '5 business days in US'", "is no duration"),
        ("exclusive --scope colour=red", "scope has no axis colour"),
        ("totals --known 1999", "nothing was recorded by 1999"),
    ],
)
def test_what_cannot_be_answered_is_refused_alike(
    desk: Desk, question: str, told: str
) -> None:
    ran = desk.run(f"portfolio {question}")
    assert told in ran.stderr
    assert ran.status in {1, 2}
    folded = desk.run(f"portfolio {question} --fold")
    assert ran == folded._replace(stderr=folded.stderr.replace(" --fold", ""))


def test_a_party_without_anything_is_no_error(desk: Desk) -> None:
    desk.do(
        "append agreement-opened a-b --effective 2019 --title 'A - B'"
        " --party id=lone,name=Lone --party id=other,name=Other"
    )
    ran = desk.run("portfolio party lone")
    assert (ran.stdout, ran.status) == ("", 0)
    assert ran == desk.run("portfolio party lone --fold")


@pytest.mark.parametrize(
    ("within", "last"),
    [
        ("90 days", "2026-04-01"),
        ("2 weeks", "2026-01-15"),
        ("1 month", "2026-02-01"),
        ("2 years", "2028-01-01"),
    ],
)
def test_a_window_is_as_long_as_it_is_said(desk: Desk, within: str, last: str) -> None:
    document = desk.run(f"portfolio lapsing --within '{within}' --json").stdout
    assert json.loads(document)["question"] == {"lapsing": f"2026-01-02..{last}"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("totals --party nobody", "no agreement speaks of the party nobody"),
        ("exclusive --party nobody", "no agreement speaks of the party nobody"),
        ("lapsing --agreement nothing", "there is no agreement nothing"),
        ("totals --kind nokind", "--kind is not nokind"),
        ("party nobody", "no agreement speaks of the party nobody"),
    ],
)
def test_a_name_that_nobody_knows_is_no_empty_answer(
    desk: Desk, line: str, said: str
) -> None:
    for ask in (line, f"{line} --fold"):
        ran = desk.run(f"portfolio {ask}")
        assert (ran.status in {1, 2}, said in ran.stderr, "hint: " in ran.stderr) == (
            True,
            True,
            True,
        )


def test_of_an_empty_ledger_nothing_is_known_yet(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.do("init")
    for question in ("portfolio totals", "conflicts"):
        title = desk.run(question, columns=80).stdout.splitlines()[0]
        assert "as known now (nothing yet)" in title


@pytest.mark.parametrize("how", ["", " --fold"])
def test_a_party_that_came_after_another_is_told_whose_it_has(
    tmp_path: Path, how: str
) -> None:
    desk = told(tmp_path)
    desk.do(
        "append party-joined a-b --effective 2024 --party id=merged,name=Merged",
        "append party-restructured a-b --effective 2025-06-01 --party alpha"
        " --change merged --successor merged",
        "index rebuild",
    )
    note = (
        "note: merged came after alpha (merged, a-b @7): what alpha held is found by:"
        " whereas portfolio party alpha\n"
    )
    ran = desk.run(f"portfolio party merged{how}")
    assert (ran.status, ran.stderr.endswith(note)) == (0, True), ran
    assert "note" not in desk.run(f"portfolio party merged --on 2025-05-31{how}").stderr
    assert "note" not in desk.run(f"portfolio party alpha{how}").stderr
