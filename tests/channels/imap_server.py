"""A mailbox that speaks as much of IMAP4rev1 as a client needs to read e-mails."""

import re
import socketserver
from threading import Thread

USER, PASSWORD = "support@shop.example", "p@ss word"


class ImapServer:
    """`emails` by UID; `seen` are their UIDs; `commands` is what clients said. `fail` names commands to refuse."""

    def __init__(self):
        self.emails: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.validity = 7
        self.commands: list[str] = []
        self.fail: set[str] = set()
        mailbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.say("* OK ready")
                for line in self.rfile:
                    tag, _, rest = line.decode().strip().partition(" ")
                    mailbox.commands.append(rest)
                    if not self.obey(tag, rest):
                        return

            def say(self, line: str | bytes):
                self.wfile.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

            def obey(self, tag: str, command: str) -> bool:
                name = command.upper().split(" ")[0]
                if name == "UID":
                    name = " ".join(command.upper().split(" ")[:2])
                if name in mailbox.fail:
                    self.say(f"{tag} NO refused")
                    return True
                answer = {
                    "CAPABILITY": self.capability, "LOGIN": self.login, "SELECT": self.select,
                    "UID SEARCH": self.search, "UID FETCH": self.fetch, "UID STORE": self.store, "LOGOUT": self.logout,
                }.get(name)  # fmt: skip
                if answer is None:
                    self.say(f"{tag} BAD unknown")
                    return True
                self.say(f"{tag} {answer(command) or 'OK done'}")
                return name != "LOGOUT"

            def capability(self, command):
                self.say("* CAPABILITY IMAP4rev1")

            def login(self, command):
                given = command.partition(" ")[2]
                return None if given == f'"{USER}" "{PASSWORD}"' else "NO [AUTHENTICATIONFAILED] wrong"

            def select(self, command):
                self.say(f"* {len(mailbox.emails)} EXISTS")
                self.say(f"* OK [UIDVALIDITY {mailbox.validity}] ok")

            def search(self, command):
                asked = command.upper()
                found = sorted(mailbox.emails)
                if "UNSEEN" in asked:
                    found = [uid for uid in found if uid not in mailbox.seen]
                elif span := re.search(r"UID (\d+):\*", asked[4:]):
                    # As RFC 9051 has it: the star is the highest, in either order
                    first = min(int(span[1]), max(found, default=0))
                    found = [uid for uid in found if uid >= first]
                self.say(f"* SEARCH {' '.join(map(str, found))}".rstrip())

            def fetch(self, command):
                uid = int(command.split(" ")[2])
                raw = mailbox.emails[uid]
                self.wfile.write(
                    f"* 1 FETCH (UID {uid} FLAGS () RFC822.SIZE {len(raw)} BODY[] {{{len(raw)}}}\r\n".encode()
                )
                self.wfile.write(raw + b")\r\n")

            def store(self, command):
                mailbox.seen.add(int(command.split(" ")[2]))

            def logout(self, command):
                self.say("* BYE")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        user, password = USER.replace("@", "%40"), PASSWORD.replace("@", "%40").replace(" ", "%20")
        self.url = f"imap://{user}:{password}@127.0.0.1:{self.server.server_address[1]}/INBOX"

    def __enter__(self):
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
