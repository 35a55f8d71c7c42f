"""Pictures: who sees them, and in what wrapping they come."""

from io import BytesIO

import pytest
from PIL import Image

from tests import factories
from tickets import workflow
from tickets.models import Message
from tickets.pictures import uploads


def said_with_picture(say, ticket, by, **picture) -> Message:
    with uploads.received(factories.picture(**picture)) as stored:
        return say(ticket, "Look", by=by, picture=stored)


@pytest.fixture
def photo(ticket, priya):
    """Priya's message with a picture."""
    return said_with_picture(workflow.customer_says, ticket, priya)


@pytest.fixture
def noted(ticket, asha):
    """Asha's private note with a picture."""
    return said_with_picture(workflow.add_note, ticket, asha)


def paths(message) -> list[str]:
    return [f"/files/{message.pk}", f"/files/{message.pk}/small"]


@pytest.mark.parametrize("speak", ["api", "browse"])
@pytest.mark.parametrize(
    ("who", "sees_photo", "sees_note"),
    [
        ("priya", 200, 404),
        ("vikram", 404, 404),
        ("asha", 200, 200),
        ("rohan", 200, 200),
        ("meera", 200, 200),
    ],
)
def test_a_picture_is_for_its_requester_and_agents_and_a_notes_for_agents(
    request, photo, noted, speak, who, sees_photo, sees_note
):
    client = request.getfixturevalue(speak)(request.getfixturevalue(who))
    assert [client.get(path).status_code for path in paths(photo)] == [sees_photo] * 2
    assert [client.get(path).status_code for path in paths(noted)] == [sees_note] * 2


def test_an_agents_picture_reaches_its_customer_and_no_other(ticket, asha, priya, vikram, api):
    sent = said_with_picture(workflow.agent_replies, ticket, asha)
    assert [api(priya).get(path).status_code for path in paths(sent)] == [200, 200]
    assert [api(vikram).get(path).status_code for path in paths(sent)] == [404, 404]


def test_no_token_and_bad_tokens_get_401(api, photo):
    for path in paths(photo):
        assert api().get(path).status_code == 401
        forged = api()
        forged.credentials(HTTP_AUTHORIZATION="Bearer not.a.token")
        assert forged.get(path).json()["code"] == "token_not_valid"


def test_a_bad_token_is_not_helped_out_by_a_session(browse, photo, asha):
    answer = browse(asha).get(paths(photo)[0], headers={"Authorization": "Bearer not.a.token"})
    assert answer.status_code == 401


@pytest.mark.parametrize("person", ["priya", "asha"])
def test_an_inactive_person_sees_no_file(request, api, photo, person):
    person = request.getfixturevalue(person)
    client = api(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert [client.get(path).status_code for path in paths(photo)] == [401, 401]


def test_ids_without_a_picture_are_404(browse, asha, ticket, photo):
    wordy = ticket.messages.get(seq=1)
    for id in (wordy.pk, ticket.pk, "00000000-0000-4000-8000-000000000000", "x", "..%2f..%2fdb.sqlite3"):
        assert browse(asha).get(f"/files/{id}").status_code == 404
    assert browse(asha).get(f"/files/{wordy.pk}").json()["code"] == "not_found"
    assert browse(asha).post(paths(photo)[0]).status_code == 405


def test_a_file_that_is_gone_is_404(browse, asha, photo):
    uploads.discard(photo.picture.name)
    assert browse(asha).get(paths(photo)[0]).status_code == 404


def test_there_is_no_way_around_the_check(browse, asha, photo):
    stored = photo.picture.name
    for prefix in ("/media/", "/static/", "/files/", "/"):
        assert browse(asha).get(f"{prefix}{stored}").status_code == 404


@pytest.mark.parametrize(
    ("encoder", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_a_picture_comes_with_the_type_that_we_encoded_and_in_a_sandbox(
    browse, ticket, priya, encoder, content_type
):
    # Whatever its name said
    message = said_with_picture(workflow.customer_says, ticket, priya, encoder=encoder, name="evil.html")
    for path, expected in zip(paths(message), (content_type, "image/webp"), strict=True):
        headers = browse(priya).get(path).headers
        assert headers["Content-Type"] == expected
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Disposition"] == "inline"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        # Its own policy, and not the pages' beside it
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        # Only the browser of a person who may see it keeps it, and asks again as another person
        assert set(headers["Cache-Control"].split(", ")) == {"private", "max-age=86400", "immutable"}
        assert {"Authorization", "Cookie"} <= set(headers["Vary"].split(", "))


def test_a_refusal_is_kept_by_no_cache(api, browse, vikram, photo):
    for answer in (api().get(paths(photo)[0]), browse(vikram).get(paths(photo)[0])):
        assert "max-age" not in answer.headers.get("Cache-Control", "")


def test_the_thumbnail_is_small_and_the_picture_is_whole(browse, ticket, priya):
    message = said_with_picture(workflow.customer_says, ticket, priya, size=(2000, 1000))
    full, small = (
        Image.open(BytesIO(b"".join(browse(priya).get(path).streaming_content))) for path in paths(message)
    )
    assert full.size == (message.picture_width, message.picture_height) == (2000, 1000)
    assert small.size == (480, 240)
