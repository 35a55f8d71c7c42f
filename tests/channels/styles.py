"""Answers to one of our e-mails as mail clients write them, self-made after what each of them produces.

Each is (text or None, HTML or None, the new words, a piece of the quote). Names and addresses are invented.
"""

DESK = "Village Pantry &lt;support+tok@desk.example&gt;"
ASKED = "Which jar was it?"
NEW = "It was the small jar."

STYLES: dict[str, tuple[str | None, str | None, str, str]] = {
    "gmail in a browser": (
        f"{NEW}\n\nOn Sun, 29 Nov 2026 at 10:00, Village Pantry <support+tok@desk.example>\nwrote:\n\n> {ASKED}\n>\n",
        f'<div dir="ltr">{NEW}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Sun, '
        f'29 Nov 2026 at 10:00, {DESK} wrote:<br></div><blockquote class="gmail_quote" style="margin:0">{ASKED}</blockquote></div>',
        NEW,
        ASKED,
    ),
    "gmail, HTML alone": (
        None,
        f'<html><body><div dir="auto">{NEW}<div><br></div></div><div class="gmail_quote"><div class="gmail_attr">On Sun, 29 Nov '
        f"2026, 10:00 {DESK} wrote:</div><blockquote>{ASKED}</blockquote></div></body></html>",
        NEW,
        "",
    ),
    "gmail in Hindi": (
        f"वह छोटा जार था।\n\nरवि, 29 नव॰ 2026 को 10:00 am बजे को Village Pantry <support+tok@desk.example> ने लिखा:\n\n> {ASKED}\n",
        None,
        "वह छोटा जार था।",
        ASKED,
    ),
    "gmail in German": (
        f"{NEW}\n\nAm So., 29. Nov. 2026 um 10:00 Uhr schrieb Village Pantry <\nsupport+tok@desk.example>:\n\n> {ASKED}\n",
        None,
        NEW,
        ASKED,
    ),
    "gmail on Android, with a signature": (
        f"{NEW}\n\n--\nPriya Sharma\n+91 90000 00110\n\nOn Sun, 29 Nov, 2026, 10:00 am Village Pantry, <support+tok@desk.example>\n"
        f"wrote:\n\n> {ASKED}\n",
        None,
        NEW,
        ASKED,
    ),
    "outlook on Windows": (
        f"{NEW}\n\nFrom: Village Pantry <support+tok@desk.example>\nSent: Sunday, November 29, 2026 10:00 AM\nTo: Priya Sharma "
        f"<priya@example.com>\nSubject: Re: Crushed box\n\n{ASKED}\n\nYou can simply answer this e-mail.\n",
        f'<div class=WordSection1><p class=MsoNormal>{NEW}<o:p></o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
        f"<p class=MsoNormal><b>From:</b> {DESK}<br><b>Sent:</b> Sunday, November 29, 2026 10:00 AM<br><b>To:</b> Priya<br>"
        f"<b>Subject:</b> Re: Crushed box<o:p></o:p></p></div><p class=MsoNormal>{ASKED}</p></div>",
        NEW,
        ASKED,
    ),
    "outlook on the web, HTML alone": (
        None,
        f'<div class="elementToProof">{NEW}</div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>From:'
        f"</b> {DESK}<br><b>Sent:</b> Sunday, November 29, 2026<br><b>To:</b> Priya<br><b>Subject:</b> Re: Crushed box</div>"
        f"<div>{ASKED}</div>",
        NEW,
        "",
    ),
    "outlook on a phone": (
        f"{NEW}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Village Pantry "
        f"<support+tok@desk.example>\nSent: Sunday, November 29, 2026 10:00:00 AM\nTo: Priya Sharma <priya@example.com>\nSubject: Re: "
        f"Crushed box\n\n{ASKED}\n",
        None,
        NEW,
        ASKED,
    ),
    "apple mail on a Mac": (
        f"{NEW}\n\n> On 29 Nov 2026, at 10:00, Village Pantry <support+tok@desk.example> wrote:\n> \n> {ASKED}\n> \n> You can answer.\n",
        f'<html><body>{NEW}<br><div><br><blockquote type="cite"><div>On 29 Nov 2026, at 10:00, {DESK} wrote:</div><div>{ASKED}</div>'
        "</blockquote></div></body></html>",
        NEW,
        ASKED,
    ),
    "apple mail on an iPhone": (
        f"{NEW}\n\nSent from my iPhone\n\n> On 29 Nov 2026, at 10:00\u202fAM, Village Pantry <support+tok@desk.example> wrote:\n> \n"
        f"> \ufeff{ASKED}\n> \n",
        None,
        NEW,
        ASKED,
    ),
    "yahoo in a browser": (
        f"{NEW}\n    On Sunday, 29 November, 2026 at 10:00:00 am IST, Village Pantry <support+tok@desk.example> wrote:  \n \n {ASKED}\n"
        "\nYou can simply answer this e-mail.\n  ",
        f'<div class="ydp1yahoo-style-wrap"><div>{NEW}</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Sunday, 29 '
        f"November, 2026, {DESK} wrote:</div><div>{ASKED}</div></div>",
        NEW,
        ASKED,
    ),
    "yahoo on Android": (
        f"{NEW}\n\nSent from Yahoo Mail on Android \n \n  On Sun, 29 Nov 2026 at 10:00, Village Pantry<support+tok@desk.example> wrote:"
        f"   {ASKED}\n",
        None,
        NEW,
        "",
    ),
    "thunderbird, the answer above": (
        f"{NEW}\n\nOn 29/11/2026 10:00, Village Pantry wrote:\n> {ASKED}\n> You can simply answer this e-mail.\n",
        f'<p>{NEW}</p><div class="moz-cite-prefix">On 29/11/2026 10:00, Village Pantry wrote:<br></div><blockquote type="cite" '
        f'cite="mid:x@desk.example">{ASKED}</blockquote>',
        NEW,
        ASKED,
    ),
    "thunderbird, the answer below": (
        f"On 29/11/2026 10:00, Village Pantry wrote:\n> {ASKED}\n> You can simply answer this e-mail.\n\n{NEW}\n",
        None,
        NEW,
        ASKED,
    ),
    "answers between the lines": (
        f"On Sun, 29 Nov 2026, Village Pantry wrote:\n> {ASKED}\n\nThe small one.\n\n> And when did it come?\n\nOn Friday.\n",
        None,
        "The small one.\nOn Friday.",
        "when did it come",
    ),
    "samsung's mailer": (
        f"{NEW}\n\n\nSent from my Galaxy\n\n\n-------- Original message --------\nFrom: Village Pantry <support+tok@desk.example> \nDate: "
        f"29/11/2026  10:00 am  (GMT+05:30) \nTo: priya@example.com \nSubject: Re: Crushed box \n\n{ASKED}\n",
        None,
        NEW,
        ASKED,
    ),
    "xiaomi's mailer": (
        f"{NEW}\n\nSent from Xiaomi Mail\nOn 29 Nov 2026 10:00 am, Village Pantry <support+tok@desk.example> wrote:\n> {ASKED}\n",
        None,
        NEW,
        ASKED,
    ),
    "proton": (
        f"{NEW}\n\nSent with Proton Mail secure email.\n\nOn Sunday, November 29th, 2026 at 10:00 AM, Village Pantry "
        f"<support+tok@desk.example> wrote:\n\n> {ASKED}\n",
        None,
        NEW,
        ASKED,
    ),
    "zoho": (
        f"{NEW}\n\n\n\n---- On Sun, 29 Nov 2026 10:00:00 +0530 Village Pantry <support+tok@desk.example> wrote ---\n\n{ASKED}\n",
        None,
        NEW,
        ASKED,
    ),
    "rediffmail": (
        f"{NEW}\n\n\nFrom: Village Pantry <support+tok@desk.example>\nSent: Sun, 29 Nov 2026 10:00:00\nTo: priya@rediffmail.example\n"
        f"Subject: Re: Crushed box\n\n{ASKED}\n",
        None,
        NEW,
        ASKED,
    ),
    "a line of the customer's own that begins with From:": (
        f"From: the corner shop I bought two more.\nThat one was fine.\n\nOn Sun, 29 Nov 2026, Village Pantry wrote:\n> {ASKED}\n",
        None,
        "From: the corner shop I bought two more.\nThat one was fine.",
        ASKED,
    ),
    "thanks and a name stay": (
        f"{NEW}\n\nThanks,\nPriya\n\nOn Sun, 29 Nov 2026, Village Pantry wrote:\n> {ASKED}\n",
        None,
        f"{NEW}\n\nThanks,\nPriya",
        ASKED,
    ),
}
