"""Start the desk: everything that a first start needs, then the server, in this one process."""

from django.conf import settings
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from supportdesk import env
from supportdesk.http.outages import is_outage
from supportdesk.serving import server
from supportdesk.serving.static import collect_if_changed

ADDRESSES = """
  {shop}            {start}
  {shop}support/    the agents' dashboard
  {shop}admin/      bulk edits, products, articles, people
  {shop}api/docs    the API
"""
LOGINS = """
  agent     agent@demo.test     demo-agent
  agent     agent2@demo.test    demo-agent
  staff     staff@demo.test     demo-staff
  customer  customer@demo.test  demo-customer
"""


class Command(BaseCommand):
    help = "Migrate, collect static files, load the demo shop if the desk is empty, and serve."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", default=str(settings.PORT))
        parser.add_argument("--workers", default=str(settings.WORKERS), help="Processes on this port.")
        # The socket of the process that starts us as one of its workers
        parser.add_argument("--fd", type=int, help="used internally")

    def handle(self, *args, host, port, workers, fd, **options):
        if fd is not None:
            server.run_shared(fd)
            return
        port = env.whole_number("--port", port, 1, 65535)
        workers = env.whole_number("--workers", workers, 1, 64)
        check_host(host)
        server.refuse_taken_port(host, port)
        self.prepare()

        def greet():
            if options["verbosity"]:
                self.greet(f"http://{host}:{port}/")

        if workers > 1:
            server.run_many(host, port, workers, greet)
        else:
            server.run(host, port, greet)

    def prepare(self):
        self.step("Migrating the database ...")
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except Exception as reason:
            if not is_outage(reason):
                raise
            why = type(reason.__cause__ or reason).__name__
            raise CommandError(f"The database of DATABASE_URL does not answer ({why}).") from reason
        self.step("Collecting static files ...")
        collect_if_changed()
        if settings.DEBUG:
            self.step("Loading the demo shop if the database is empty ...")
            call_command("load_demo", if_empty=True, stdout=self.stdout)
        else:
            # An error ends the start: what everybody knows is no password
            self.check(tags=[Tags.database], databases=["default"])

    def step(self, what: str) -> None:
        """Say what takes time before the desk is ready."""
        self.stdout.write(what)
        self.stdout.flush()

    def greet(self, shop: str):
        self.stdout.write(self.style.SUCCESS("supportdesk is ready."))
        start = (
            "the demo shop, with the chat in the corner"
            if settings.DEBUG
            else "the shop's name and the chat"
        )
        self.stdout.write(ADDRESSES.format(shop=shop, start=start))
        if settings.DEBUG:
            self.stdout.write("Demo logins:" + LOGINS)
        else:
            self.stdout.write(f"Links in e-mails lead to {settings.DESK_URL}/ (DESK_URL, PUBLIC_URL).")
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()


def check_host(host: str) -> None:
    """Refuse an address that is none, and with DEBUG on one that other machines reach."""
    if not env.is_host(host):
        raise env.BadSetting(
            "--host", env.quoted(host), "use an address of this machine, such as 127.0.0.1"
        )
    if settings.DEBUG and not env.is_loopback(host):
        given = f"{env.quoted(host)} while DEBUG is on"
        raise env.BadSetting(
            "--host", given, "set DEBUG=off, or use an address of this machine only, such as 127.0.0.1"
        )
