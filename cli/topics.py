"""The texts of ``whereas help``: each opens with the line that stands in the list."""

from __future__ import annotations

TOPICS = {
    "exit-codes": """\
What the exit status of a command means.

  0    done
  1    the answer is no: refused, not found, or different with --exit-code
  2    a command line, file or value that cannot be read
  3    conflict, try again: the agreement has moved, or a key was used for
       something else
  4    the ledger is damaged
  70   a bug in whereas
  74   the answer, or a file beside it, cannot be written: stdout is closed, or
       a disk is full; what was recorded stays recorded
  130  interrupted

Answers go to stdout; errors and hints go to stderr.
""",
    "clocks": """\
The two clocks of every question: --on and --known.

--on DATE      the date in the world that is asked about; today by default
--known WHEN   what the ledger had been told by then; now by default:
                 2025-10-28            the end of that day, UTC
                 2025-10-28T12:00:00Z  an instant, with its time zone
                 @5                    after the agreement's fifth event
                 pos:41                after that position in the whole ledger

An amendment changes the world from its effective date. A correction changes
what is said of the world, and answers with an earlier --known stay the same.

What --known says of a time that is still to come is asked of now, because
nobody knows what will be recorded until then.

--horizon DATE is the day up to which silence means that nothing happened; by
default the day of --known. On that day itself it still may happen, so that
what hangs on a milestone waits when today is asked about. For what holds as
long as nothing happens give an earlier --on, or a later --horizon.
""",
    "dates": """\
How dates are written, and dates that are not exact.

  2019  2019-Q3  2019-07  2019-07-22
  between 2021-01-01 and 2023-01-24
  today                                 as a question, and for --effective
  unknown                               for the effective date of an event

A date that is not exact stays so: 2019 is all days of 2019. As a question it
asks about its last day.
""",
    "when": """\
How starts and ends are written.

  2025-10-28, through 2030, until 2030-06-30   a date; through includes it
  never                                        perpetual
  unknown "not published"                      there is an end, not known
  milestone agi-verified [claimed|determined]  an event that may come
  measure loans-outstanding = 0                a figure reaches a value
  18 months after (2025-10-28) [rounded down|up]
  earliest of (…; …)    latest of (…; …)       whichever comes first, or last
  … unless milestone M                         use it or lose it
  renews every 12 months from (…) unless notice 3 months before

until 2030 is not exact: the end lies somewhere in 2030. through 2030 ends
with the last day of 2030.
""",
    "values": """\
How amounts, scopes, parties and sources are written on the command line.

amounts   "USD 12bn"  "about 27 %"  "at least USD 27.5bn"  "261500000 shares"
          "between USD 7m and USD 10m"  "USD 250m per quarter"  unknown
          A percentage needs --basis beside it: of what.
scopes    --scope "activity=cloud, product=api or sora"
          An axis that is not named is not restricted. Given twice, either.
parties   --party 'id=alpha,name="Alpha, Inc.",role=buyer'
sources   --source filing, or
          --source 'source=filing,title=Form 10-Q,at=note 17,quote="…"'

What has fields may be JSON too: --party '{"id": "alpha", "name": "Alpha"}'.
""",
    "keys": """\
Where the key lies that signs heads: a file, the ssh-agent, or a program.

  a file    --key-file FILE, made by `whereas key new`; mode 0600, encrypted
  ssh-agent --agent-key VKEY: an Ed25519 key that the agent holds
  program   --signer COMMAND --signer-key VKEY: a client of a key management
            service, a smart card, another user

VKEY is a public key with a name: `whereas key show` prints that of a file, and
`whereas key adopt` makes it of a public key from elsewhere.

The program is started without a shell, gets the bytes to sign on stdin, and
writes their Ed25519 signature (64 bytes) as one line of base64 to stdout; an
exit status other than 0 is a refusal. It has two minutes. What it returns is
checked against VKEY before anybody sees it. Where an event is recorded first
(`export audit`, `--proof`), the key is asked twice: for the head as it
stands, which nobody gets, and once the event is there for the new one. So a
key that is away is found before anything is recorded. With OpenSSL it could be

  #!/bin/sh
  message=$(mktemp) && cat > "$message" &&
  openssl pkeyutl -sign -inkey key.pem -rawin -in "$message" | base64 -w 0

No secret belongs in COMMAND or in any flag: others see what a process is
started with.

A ledger has one key at a time: the one that signed its last head, or after
`whereas key rotate` the one that it changed to. Any other is refused. Which
key that is, the memory tells, and without one the first of the signed heads:
a change of keys counts only where it leads on from there.
""",
    "output": """\
Where answers go, and in which form.

On a terminal, tables that fit its width. In a pipe or a file, a line a row
with tabs between the fields, nothing cut; the title goes to stderr.

  --json    one document with a schema field; money and percentages are words
  --jsonl   a document a row
  --csv     rows under a header

Amounts are shown in digits where a part of a thousand is meant: USD 3001.50. For
a spreadsheet, CSV and pipes have columns with the number alone: `amount`, `unit`
and `qualifier` (exact, about, up to, at least, …), in `money` one for each of
its amounts that is exact. A range, or what is unknown, has none.

Colour is used on terminals alone; NO_COLOR, FORCE_COLOR and --color
auto|always|never change that. Characters that could harm a terminal are shown
as escapes in every form.
""",
    "config": """\
Settings: a flag, else the environment, else a file.

  ledger          --ledger FILE         WHEREAS_LEDGER        ledger = "…"
  who records     --recorded-by NAME    WHEREAS_RECORDED_BY   recorded_by = "…"
  colour          --color WHEN          WHEREAS_COLOR         color = "auto"
  today's date                          WHEREAS_TODAY

Files are .whereas.toml, here or in the nearest folder above, then config.toml
in your folder for settings (on Linux ~/.config/whereas). A ledger that is named
in a file counts from the folder of the file. Without any of these the ledger
is whereas.db here, and the user of the computer records. Nothing secret
belongs in a file of settings or in a flag.
""",
}
