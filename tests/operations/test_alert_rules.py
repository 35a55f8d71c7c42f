"""The alert rules, the dashboard and the documents name metrics and labels that the desk really has."""

import json
import re
from datetime import timedelta

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tests.desk import ROOT
from tickets.models import Job, Outgoing, OutgoingState

pytestmark = pytest.mark.django_db
RULES = yaml.safe_load((ROOT / "deploy/grafana/alerts.yaml").read_text())
DASHBOARD = json.loads((ROOT / "deploy/grafana/supportdesk.json").read_text())
# Added by Prometheus: the desk's own label `job` is `exported_job` there
ADDED = {"job", "instance", "exported_job", "le"}


def rules() -> list[dict]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def queries() -> list[str]:
    """Return the expressions of all rules and panels."""
    found = [rule["expr"] for rule in rules()]

    def look(node) -> None:
        if isinstance(node, dict):
            found.extend([node["expr"]] if "expr" in node else [])
            for each in node.values():
                look(each)
        elif isinstance(node, list):
            for each in node:
                look(each)

    look(DASHBOARD)
    return found


def scraped() -> dict[str, set[str]]:
    """Return the names of all series with their labels, as Prometheus would see them."""
    Client().get("/healthz")
    Job.objects.get_or_create(name="sweep")
    families = text_string_to_metric_families(Client().get("/metrics").content.decode())
    found: dict[str, set[str]] = {}
    for family in families:
        found.setdefault(family.name if family.type != "counter" else f"{family.name}_total", set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_every_rule_has_what_prometheus_asks_of_one():
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 7
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["expr"].count("(") == rule["expr"].count(")")
        assert re.fullmatch(r"\d+[smhd]", rule.get("for", "1m"))
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]


def test_every_metric_of_rules_dashboard_and_documents_exists():
    there = scraped()
    asked = {name for query in queries() for name in re.findall(r"\bdesk_\w+", query)}
    assert len(asked) > 8
    assert asked - there.keys() == set()
    told = set(re.findall(r"`(desk_\w+)", (ROOT / "docs/operations.md").read_text()))
    # A histogram is told by its own name
    assert {
        name for name in told if not any(name in (each, each.removesuffix("_count")) for each in there)
    } == set()


def test_the_dashboard_shows_every_metric_that_the_documents_name_but_one():
    told = set(re.findall(r"`(desk_\w+)", (ROOT / "docs/operations.md").read_text()))
    shown = "\n".join(query for query in queries() if "$job" in query)
    # The age of the oldest unsent e-mail says more than the number sent
    assert {name for name in told if name not in shown} == {"desk_letters_total"}


def test_every_label_that_is_grouped_by_exists():
    labels = set.union(*scraped().values()) | ADDED
    grouped = {
        label.strip()
        for query in queries()
        for inner in re.findall(r"\bby ?\(([^)]*)\)", query)
        for label in inner.split(",")
    }
    assert grouped - labels - {"sender"} == set()


def test_an_overdue_email_counts_its_age_and_a_scheduled_one_does_not():
    def age() -> float:
        text = Client().get("/metrics").content.decode()
        return float(re.search(r"^desk_letters_age_seconds (\S+)$", text, re.MULTILINE)[1])

    now = timezone.now()
    assert age() == 0
    later = Outgoing.objects.create(
        key="later", channel="email", kind="reply", address="a@example.com", due_at=now + timedelta(hours=1),
        created_at=now - timedelta(hours=2),
    )  # fmt: skip
    assert age() == 0
    # The mail server refused it for now: it is tried again in an hour
    Outgoing.objects.filter(pk=later.pk).update(tries=1)
    assert age() == pytest.approx(7200, abs=60)
    Outgoing.objects.filter(pk=later.pk).update(state=OutgoingState.SENT)
    assert age() == 0
