"""Raw e-mails (RFC 5322) for the tests."""

from email.message import EmailMessage
from email.utils import make_msgid


def raw_email(
    text="The box was crushed.",
    *,
    sender="Priya Sharma <priya.mail@example.com>",
    to="support@localhost",
    subject="Crushed box",
    message_id=None,
    html=None,
    pictures=(),
    **headers,
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = message_id or make_msgid(domain="mail.example")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if text is None:
        mail.set_content(html, subtype="html")
    else:
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
    for name, data in pictures:
        mail.add_attachment(data, maintype="image", subtype="jpeg", filename=name)
    return mail.as_bytes()
