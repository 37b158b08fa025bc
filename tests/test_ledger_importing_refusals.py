"""What an import file may not be: the words, the place, and a way out.

In each case the character after the mark ``«`` is where the refusal points to; without
one it is the beginning of the file.
"""

from __future__ import annotations

import io

import pytest

from events.errors import InputError
from ledger.importing.files import Format, read_stream

HEAD = "whereas: 1\nagreement: a-b\n"
EVENTS = HEAD + "events:\n"
CLAIM = "{event: MilestoneClaimed, effective: 2019, milestone: m, by: a}"
PAID = EVENTS + "  - event: Performed\n    effective: 2019\n    provision: p\n"
LINE = (
    '{"agreement": "a-b", "event": "MilestoneClaimed", "effective": "2019",'
    ' "milestone": "m", "by": "a"}\n'
)
TWICE = LINE[:-2] + ', "sources": [{"source":"a",«"source":"b","at":"%s"}]}'
COLUMNS = "agreement,event,effective,milestone,by\n"
GRANTS = "agreement,event,effective,id,holder,scope\n"
OPENINGS = "agreement,event,effective,title,parties\n"

WHEN = (
    "a When is a date, through 2030, until 2030-06-30, never, unknown, milestone M, "
    "30 days after (…), earliest of (…; …) and so on"
)
AN_ID = "an id has small letters, digits and hyphens: agi-verified"
QUOTES = "put it in quotes if it looks like a number or a date"
IF_TEXT = "put it in quotes if it is text"
UNIT = 'put it in quotes, an amount with its unit: "USD 1.5m", "27.5 %"'
DOCUMENT = "write whereas: 1, agreement: and events:"
PLAIN = "write every value out, and plain values without a tag"
COLONS = (
    "put text that holds a colon in quotes, and see that fields begin in one column"
)
EVENT = "write for example {event: AgreementOpened, effective: 2019, …}"
MANY_LINES = "write a field a line, or use JSON lines"
CUT = "the text was cut or misread"
AS_UTF_8 = "save the file as UTF-8"
SOURCES = "name it among the sources of the file, or give its title here"
DATES = "write 2019, 2019-Q3, 2019-07, 2019-07-22 or between 2019-07-01 and 2019-07-31"

Case = tuple[str, str, str | None]

DOCUMENTS: list[Case] = [
    ("«", "the file is empty", None),
    (" \n\n", "the file is empty", None),
    ("# nothing but words\n", "the file holds no events", None),
    ("---\n", "the file holds no events", None),
    ("«- a\n", "a document of an import file is a mapping of fields", DOCUMENT),
    ("«just words\n", "a document of an import file is a mapping of fields", DOCUMENT),
    (
        "«agreement: a-b\nevents: []\n",
        "this is no import file: whereas is missing",
        "begin with whereas: 1",
    ),
    (
        "whereas: «2\nagreement: a-b\n",
        "import files of version 2 are not known here",
        "install a newer version of whereas",
    ),
    (
        "whereas: «one\n",
        "whereas takes the version of the file",
        "write whereas: 1",
    ),
    (
        "whereas: «true\n",
        "whereas takes the version of the file",
        "write whereas: 1",
    ),
    (
        HEAD + "«event: []\n",
        "an import file has no field event",
        "did you mean events?",
    ),
    (
        HEAD + "«zz: []\n",
        "an import file has no field zz",
        "it has whereas, agreement, sources, events",
    ),
    (
        "«whereas: 1\nevents: []\n",
        "the document names no agreement",
        "write agreement: and an id, for example alpha-beta",
    ),
    ("whereas: 1\nagreement: «A B\n", "'A B' is not an id", AN_ID),
    (
        "whereas: 1\nagreement: «12\n",
        "agreement takes an id, not 12",
        'put it in quotes if it is one: "12"',
    ),
    ("«" + HEAD, "the document has no events", "list them under events:"),
    (HEAD + "«events:\n", "the document has no events", "list them under events:"),
    (HEAD + "«events: []\n", "the document has no events", "list them under events:"),
    (
        HEAD + "events: «{a: b}\n",
        "events is a list",
        "begin each event with a hyphen",
    ),
    (EVENTS + "  - «text\n", "an event is a mapping of fields", EVENT),
    (
        f"{EVENTS}  - {CLAIM}\n---\n«agreement: c-d\n",
        "this is no import file: whereas is missing",
        "begin with whereas: 1",
    ),
    (
        EVENTS + "  - {agreement: «c-d, " + CLAIM[1:],
        "this document is about a-b",
        "begin another one with --- for c-d",
    ),
]

SOURCE_LISTS: list[Case] = [
    (
        HEAD + "sources:\n  «article: {published: 2019}\n",
        "the source article has no title",
        "write title: and words",
    ),
    (
        HEAD + "sources:\n  article: {uri: u, «titel: t}\n",
        "source has no field titel",
        "did you mean title?",
    ),
    (
        HEAD + 'sources:\n  article: {title: t, published: «"2019-13"}\n',
        "there is no date 2019-13",
        DATES,
    ),
    (
        HEAD + "sources:\n  article: «text\n",
        "the source article is a mapping of fields",
        "write {title: …}",
    ),
    (
        HEAD + "sources: «[article]\n",
        "sources is a mapping of fields",
        "write for example article: {title: The article, published: 2025}",
    ),
    (
        HEAD + "sources:\n  article: {title: t, «stance: supports}\n",
        "a source of a file has no stance",
        "an event says it where it cites the source",
    ),
    (
        HEAD
        + "sources: {article: {title: t}}\n"
        + "events:\n  - {sources: [{source: «artikle}],"
        + CLAIM[1:],
        "unknown source artikle",
        "did you mean article?",
    ),
    (
        EVENTS + "  - {sources: «article," + CLAIM[1:],
        "unknown source article",
        SOURCES,
    ),
]

BATCHES: list[Case] = [
    (
        EVENTS + "  - «batch: b\n",
        "the batch b has no events",
        "list them under events:",
    ),
    (
        EVENTS + "  - batch: b\n    «events: []\n",
        "the batch b has no events",
        "list them under events:",
    ),
    (
        EVENTS + "  - «events: [{}]\n",
        "this batch has no name",
        "write batch: and what it is",
    ),
    (
        EVENTS + "  - {batch: «12, events: [{}]}\n",
        "batch takes words, not 12",
        QUOTES,
    ),
    (
        EVENTS + "  - {batch: b, «event: Performed, events: [{}]}\n",
        "a batch has no event",
        "write it with each event under events:",
    ),
    (
        EVENTS + "  - {batch: b, «key: k, events: [{}]}\n",
        "a batch has no key",
        "write it with each event under events:",
    ),
    (
        EVENTS + "  - {batch: b, events: [{«batch: c}]}\n",
        "a batch does not hold batches",
        None,
    ),
    (
        EVENTS + "  - batch: b\n    «holder: x\n    events: [" + CLAIM + "]\n",
        "milestone-claimed has no field holder",
        "the fields are milestone, by, as_of, note, tags, confidential",
    ),
]

FIELDS: list[Case] = [
    (
        EVENTS + "  - event: «Perform\n    effective: 2019\n",
        "there is no event type Perform",
        "did you mean performed?",
    ),
    (
        EVENTS + "  - «event: Performed\n    effective: 2019\n    kind: paid\n",
        "performed needs provision",
        None,
    ),
    (
        EVENTS + "  - event: Performed\n    «provison: p\n    effective: 2019\n",
        "performed has no field provison",
        "did you mean provision?",
    ),
    (
        EVENTS + "  - «{event: Performed, provision: p, kind: paid}\n",
        "performed needs an effective date",
        "give a date (2019, 2019-07, 2019-07-22), a When, or unknown",
    ),
    (PAID + "    kind: paid\n    amount: «1.5\n", "1.5 is not a whole number", UNIT),
    (
        PAID + "    kind: paid\n    amount: «15\n",
        "amount takes a quantity in words, not 15",
        'write for example amount: "USD 12bn" or "27 %"',
    ),
    (
        EVENTS + "  - {event: AgreementOpened, effective: 2019, title: t,\n"
        "     parties: [{id: a, name: A}, {id: b, «nam: B}]}\n",
        "party has no field nam",
        "did you mean name?",
    ),
    (
        EVENTS + "  - {event: AgreementOpened, effective: 2019, title: t,\n"
        "     parties: [{id: a, name: A}, {id: «B, name: B}]}\n",
        "'B' is not an id",
        AN_ID,
    ),
    (
        EVENTS
        + "  - {effective: until 2019 «unles, "
        + CLAIM[1:].replace("effective: 2019, ", ""),
        "unles is not expected here",
        "did you mean unless?",
    ),
    (
        EVENTS
        + '  - {effective: "earliest of (2019; «milston m)", '
        + CLAIM[1:].replace("effective: 2019, ", ""),
        "milston does not begin a When",
        "did you mean milestone?",
    ),
    (
        EVENTS + "  - event: MilestoneClaimed\n    effective: «>-\n      until\n"
        "      2019 unles\n    milestone: m\n    by: a\n",
        "unles is not expected here",
        "did you mean unless?",
    ),
]

YAML: list[Case] = [
    (HEAD + "«agreement: c\n", "agreement is given twice, first in line 2", None),
    (EVENTS + "  - {a: 1, «a: 2}\n", "a is given twice, first in line 4", None),
    (EVENTS + "  - «&all {a: 1}\n", "the anchor &all is not read here", PLAIN),
    (EVENTS + "  - «*all\n", "the alias *all is not read here", PLAIN),
    (
        EVENTS + "  - {«<<: 1}\n",
        "a merge key (<<) is not read here",
        "give the fields to the batch: they are defaults for its events",
    ),
    (
        EVENTS + "  - «!!python/object/apply:os.system [ls]\n",
        "the tag !!python/object/apply:os.system is not read here",
        PLAIN,
    ),
    (EVENTS + "  - {event: «!!str 12}\n", "the tag !!str is not read here", PLAIN),
    (EVENTS + "  - {event: «! 12}\n", "the tag ! is not read here", PLAIN),
    (
        "«%YAML 1.1\n---\n" + HEAD,
        "a directive (%) is not read here",
        "YAML 1.2 needs none",
    ),
    (
        "«%TAG ! tag:x.org,2000:\n---\n" + HEAD,
        "a directive (%) is not read here",
        "YAML 1.2 needs none",
    ),
    (HEAD + "? «[a]\n: b\n", "a name is a word, not a mapping or a list", None),
    *(
        (
            f"{HEAD}events: «{number}\n",
            f"{number} is a number to some readers and text to others",
            IF_TEXT,
        )
        for number in ("017", "0o17", "0x1F", "0b11", "1_000", "12:30", "190:20:30.5")
    ),
    *(
        (f"{HEAD}events: «{number}\n", f"{number} is not a whole number", UNIT)
        for number in ("1.5", "-.5", "1.", "1e3", "1.5E-3", ".inf", "-.INF", ".nan")
    ),
    (
        HEAD + "events: «9007199254740992\n",
        "the number is beyond 9007199254740991",
        IF_TEXT,
    ),
    (
        HEAD + f"events: «{'9' * 5000}\n",
        "the number is beyond 9007199254740991",
        IF_TEXT,
    ),
    (
        EVENTS + "«\t- a\n",
        "this is not YAML: found character '\\t' that cannot start any token",
        "indent with blanks",
    ),
    (
        HEAD + "events: a«: b\n",
        "this is not YAML: mapping values are not allowed here",
        COLONS,
    ),
    (HEAD + 'events: «"a\n', "this is not YAML: what begins here is not closed", None),
    (HEAD + "events: «[a\n", "this is not YAML: what begins here is not closed", None),
    (
        f"{HEAD}events: {'[' * 36}«{'[' * 5000}",
        "more than 36 levels",
        None,
    ),
    (
        f"{HEAD}«events: {'x' * 2_000_000}\n",
        "the line has 2000008 characters; at most 262144 are read",
        MANY_LINES,
    ),
]

BYTES: list[Case] = [
    (
        HEAD + "events: «\x00\n",
        "a NUL character cannot stand in a file of words",
        AS_UTF_8,
    ),
    (
        HEAD + "events: a«\x1b[0m\n",
        "the control character U+001B cannot stand in a file of words",
        "take it out",
    ),
    (
        HEAD + "events: a«\x7f\n",
        "the control character U+007F cannot stand in a file of words",
        "take it out",
    ),
    (
        HEAD + "events: a«\u2028b\n",
        "U+2028 ends a line to some readers of YAML",
        'write it as an escape within quotes: "\\u2028"',
    ),
    (
        HEAD + "events: ä«\udcff\n",
        "the byte 0xff at offset 36 is not UTF-8",
        AS_UTF_8,
    ),
    (
        "\ufeff" + HEAD + "events: ä«\udcff\n",
        "the byte 0xff at offset 39 is not UTF-8",
        AS_UTF_8,
    ),
    (
        "\ufeff" + HEAD + "«zz: 1\n",
        "an import file has no field zz",
        "it has whereas, agreement, sources, events",
    ),
    (
        HEAD.replace("\n", "\r\n") + "«zz: 1\r\n",
        "an import file has no field zz",
        "it has whereas, agreement, sources, events",
    ),
    (
        HEAD.replace("\n", "\r") + "«zz: 1\r",
        "an import file has no field zz",
        "it has whereas, agreement, sources, events",
    ),
]

OBJECT = 'write {"event": "…", "agreement": "…", "effective": "…"}'

JSON_LINES: list[Case] = [
    ("\n \n", "the file is empty", None),
    ("«[]\n", "an event is a JSON object", OBJECT),
    ("«5\n", "an event is a JSON object", OBJECT),
    (LINE + '{"a": 1, «"a": 2}\n', "a is given twice, first in line 2", None),
    ('{"a":1,«"a" :2}', "a is given twice, first in line 1", None),
    ('{"a":{"b":1,«"b":2}}', "b is given twice, first in line 1", None),
    (r'{"a": "\":", «"a": 1}', "a is given twice, first in line 1", None),
    (r'{"a":"\u0022:",«"a":"\":"}', "a is given twice, first in line 1", None),
    (TWICE % r"\"\u003a", "source is given twice, first in line 1", None),
    (TWICE % r"\"\u003A", "source is given twice, first in line 1", None),
    (TWICE % r"\u0022:", "source is given twice, first in line 1", None),
    (LINE + "\n" + '{"a": «1.5}', "1.5 is not a whole number", UNIT),
    ('{"a": [«1e3]}', "1e3 is not a whole number", UNIT),
    ('{"a": «NaN}', "NaN is not JSON", None),
    ('{"a": «-Infinity}', "-Infinity is not JSON", None),
    (
        '{"a": «9007199254740992}',
        "the number is beyond 9007199254740991",
        None,
    ),
    (f'{{"a": «{"9" * 5000}}}', "the number is beyond 9007199254740991", None),
    (r'{"a": «"\ud83d"}', "half a character", CUT),
    ('{"a": «"x', "this is not JSON: the string is not closed", None),
    (
        '{"a": "x«\ty"}',
        "this is not JSON: a line break or a tab is written \\n or \\t",
        None,
    ),
    (
        '{"a": "x«\x01y"}',
        "the control character U+0001 cannot stand in a file of words",
        "take it out",
    ),
    ('{"a":«', "this is not JSON: it ends too early", None),
    ('{"a": «}', "this is not JSON: a value is expected here", None),
    ('{"a" «1}', "this is not JSON: a colon is expected here", None),
    ('{"a": 1 «"b": 2}', "this is not JSON: a comma or } is expected here", None),
    ('{"a": [1 «2]}', "this is not JSON: a comma or ] is expected here", None),
    ("{«a: 1}", "this is not JSON: a name in quotes is expected here", None),
    ('{"a": 1} «{}', "something follows the end of the JSON value", None),
    ('{"a": ' + "[" * 36 + "«" + "[" * 5000, "more than 36 levels", None),
    (
        '«{"whereas": 1, "agreement": "a-b", "events": []}',
        "this is a whole document, not an event of JSON lines",
        "call the file .json, or say that its format is json",
    ),
    ("«" + LINE.replace('"agreement": "a-b", ', ""), "no agreement is named", None),
    (LINE.replace('"a"}', "«7}"), "by takes words, not 7", QUOTES),
    (LINE.replace('"m"', '«"M"'), "'M' is not an id", AN_ID),
    (
        LINE.replace('"2019"', '"«unitl 2019"'),
        "unitl does not begin a When",
        "did you mean until?",
    ),
    (
        LINE.replace("}", ', "source": "s"}').replace('"source', '«"source'),
        "milestone-claimed has no field source",
        "did you mean sources?",
    ),
    (LINE.replace("}", ', "batch": «7}'), "batch takes words, not 7", QUOTES),
    (LINE + '{"a": "«\udcff"}', "the byte 0xff at offset 107 is not UTF-8", AS_UTF_8),
    (
        LINE + "«" + "x" * 2_000_000,
        "the line is longer than 1048576 bytes",
        "an event takes at most 65,535; keep documents outside",
    ),
]

JSON: list[Case] = [
    (
        '{"whereas": 1,\n «"whereas": 1}',
        "whereas is given twice, first in line 1",
        None,
    ),
    (
        '{"whereas": 1, "agreement": "a-b",\n "events": [{"event": «"X"}]}',
        "there is no event type X",
        "whereas append -h lists the types",
    ),
    ("«", "the file is empty", None),
]

CSV: list[Case] = [
    (COLUMNS, "the file holds no events", None),
    (
        "agreement,event,«effectiv\n",
        "no event has a field effectiv",
        "did you mean effective?",
    ),
    (
        "«agreement;event;effective\n",
        "no event has a field agreement;event;effective",
        "put commas between the columns",
    ),
    ("agreement,event,«agreement\n", "the column agreement is given twice", None),
    (
        "«event,effective\n",
        "the header has no column agreement",
        "begin with for example agreement,event,effective",
    ),
    (
        COLUMNS + "«a-b,MilestoneClaimed,2019,m\n",
        "the row has 4 cells and the header 5",
        "put a cell that holds a comma in quotes",
    ),
    (
        COLUMNS + "\n«a-b,MilestoneClaimed,2019,m,a,\n",
        "the row has 6 cells and the header 5",
        "put a cell that holds a comma in quotes",
    ),
    (
        COLUMNS + 'a-b,MilestoneClaimed,2019,m,«"a\n\n',
        "a quotation that begins here is not closed",
        'write a quotation mark within a cell twice: ""',
    ),
    (
        COLUMNS + 'a-b,MilestoneClaimed,2019,m,«"' + "a\n" * 100_000,
        "a quotation that begins here is not closed",
        'write a quotation mark within a cell twice: ""',
    ),
    (
        COLUMNS + '«a-b,MilestoneClaimed,2019,m,"a"b\n',
        "this is not CSV: ',' expected after '\"'",
        None,
    ),
    (
        COLUMNS + "a-b,MilestoneClaimed,«unitl 2019,m,a\n",
        "unitl does not begin a When",
        "did you mean until?",
    ),
    (
        COLUMNS + 'a-b,MilestoneClaimed,«"unknown ""x""\nand more",m,a\n',
        "and is not expected here",
        WHEN,
    ),
    (
        GRANTS + 'a-b,LicenceGranted,2019,p,a,«"{""asset"": [1.5]}"\n',
        "1.5 is not a whole number",
        UNIT,
    ),
    (
        OPENINGS + 'a-b,AgreementOpened,2019,t,«"[{""id"": ""a""}]"\n',
        "party needs name",
        None,
    ),
    (
        "agreement,event,effective,scope,scope.asset\na-b,LicenceGranted,2019,asset=x,«y\n",
        "scope is given twice",
        None,
    ),
    (
        COLUMNS + "a-b,MilestoneClaimed,2019,m,«\udcff\n",
        "the byte 0xff at offset 67 is not UTF-8",
        AS_UTF_8,
    ),
]

TABLE: list[tuple[Format, Case]] = [
    *(("yaml", case) for case in (*DOCUMENTS, *SOURCE_LISTS, *BATCHES, *FIELDS)),
    *(("yaml", case) for case in (*YAML, *BYTES)),
    *(("jsonl", case) for case in JSON_LINES),
    *(("json", case) for case in JSON),
    *(("csv", case) for case in CSV),
]


@pytest.mark.parametrize(
    ("form", "case"), TABLE, ids=[f"{form}: {case[1][:60]}" for form, case in TABLE]
)
def test_what_cannot_be_read_is_refused_at_its_place(form: Format, case: Case) -> None:
    marked, message, hint = case
    text = marked.replace("«", "")
    with pytest.raises(InputError) as refused:
        list(read_stream(stream(text), "deal", form))
    error = refused.value
    assert (str(error), error.hint) == (message, hint)
    assert error.path == "deal"
    assert (error.line, error.column) == place(marked)


def stream(text: str) -> io.BytesIO:
    """Bytes of a file; a half character stands for a byte that is not UTF-8."""
    return io.BytesIO(text.encode("utf-8", "surrogateescape"))


def place(marked: str) -> tuple[int, int]:
    """Line and column of the mark, without the byte order mark, both from 1."""
    before, mark, _ = marked.partition("«")
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (len(lines), len(lines[-1].lstrip("\ufeff")) + 1) if mark else (1, 1)


def test_a_refusal_quotes_the_line() -> None:
    with pytest.raises(InputError) as refused:
        list(read_stream(stream(HEAD + "agreement: c\n"), "deal"))
    assert refused.value.excerpt == "agreement: c"


def test_of_a_long_line_what_is_around_the_place_is_quoted() -> None:
    line = '{"a": "' + "x" * 1000 + '", "b": 1.5}'
    with pytest.raises(InputError) as refused:
        list(read_stream(stream(line), "deal", "jsonl"))
    excerpt = refused.value.excerpt
    assert excerpt is not None
    assert excerpt.endswith('x", "b": 1.5}')
    assert len(excerpt) < 200
