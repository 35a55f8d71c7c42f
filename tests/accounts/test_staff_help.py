"""What staff do about another person's sign-in, from the list of people in the admin."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from tests import factories
from tickets.accounts import emails, second_factor
from tickets.models import AuditEntry

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/tickets/person/"
LOGIN = "/support/login/"


@pytest.fixture
def does(browse, meera, django_capture_on_commit_callbacks):
    """`does(action, person)`: Meera, who is staff, chooses this action for this person."""

    def run(action: str, person) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            answer = browse(meera).post(PEOPLE, {"action": action, "_selected_action": [str(person.pk)]})
        assert answer.status_code == 302
        emails.wait_until_sent()

    return run


def can_sign_in(browse, person) -> bool:
    client = browse()
    client.post(LOGIN, {"username": person.login_email, "password": factories.PASSWORD})
    return "_auth_user_id" in client.session


def test_a_required_new_password_ends_the_old_one_and_sends_a_link(does, browse, asha, mailoutbox):
    assert can_sign_in(browse, asha)
    does("require_new_password", asha)
    assert not can_sign_in(browse, asha)
    assert [email.to for email in mailoutbox] == [[asha.login_email]]
    assert "/password/reset/" in mailoutbox[0].body
    assert AuditEntry.objects.filter(what="new password required", person_id=asha.pk).exists()


def test_staff_do_not_lock_themselves_out_by_it(does, browse, meera):
    does("require_new_password", meera)
    assert can_sign_in(browse, meera)


def test_a_lost_phone_is_no_second_factor_any_more(does, browse, asha):
    TOTP.activate(asha, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert not can_sign_in(browse, asha)
    does("remove_second_factor", asha)
    assert not second_factor.is_set_up(asha)
    assert can_sign_in(browse, asha)


def test_an_invitation_is_sent_again_to_who_has_no_password_yet(does, asha, mailoutbox):
    asha.set_unusable_password()
    asha.save()
    does("send_password_link", asha)
    assert "/password/reset/" in mailoutbox[0].body
