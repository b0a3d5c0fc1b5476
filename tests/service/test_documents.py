import pytest

from shared.aws.clients import Clients
from shared.aws.ssm.documents import Document, SsmDocuments

PREFIX = "/sentinel"


async def put(clients: Clients, name: str, text: str, kind: str = "String") -> None:
    await clients.ssm.put_parameter(Name=f"{PREFIX}/{name}", Value=text, Type=kind, Overwrite=True)


async def test_a_document_is_loaded_with_its_version_and_digest(clients: Clients) -> None:
    await put(clients, "policies/access", "first")
    await put(clients, "policies/access", "second")
    document = (await SsmDocuments(clients.ssm, PREFIX).load(["policies/access"]))["policies/access"]
    assert isinstance(document, Document)
    assert (document.name, document.value, document.version) == ("policies/access", "second", 2)
    assert document.digest == "16367aacb67a4a01"


async def test_an_unknown_name_is_none_and_does_not_hide_the_known(clients: Clients) -> None:
    await put(clients, "profiles/dev", "{}")
    answer = await SsmDocuments(clients.ssm, PREFIX).load(["profiles/dev", "profiles/prod"])
    assert set(answer) == {"profiles/dev", "profiles/prod"}
    assert answer["profiles/dev"] is not None
    assert answer["profiles/prod"] is None


async def test_more_names_than_one_call_takes_are_loaded_in_several(clients: Clients) -> None:
    names = [f"profiles/p{number}" for number in range(23)]
    for name in names:
        await put(clients, name, name)
    answer = await SsmDocuments(clients.ssm, PREFIX).load(names)
    values = {name: found.value for name, found in answer.items() if isinstance(found, Document)}
    assert values == {name: name for name in names}


async def test_no_names_make_no_call_and_an_empty_answer(clients: Clients) -> None:
    assert await SsmDocuments(clients.ssm, PREFIX).load([]) == {}


async def test_secure_strings_arrive_decrypted(clients: Clients) -> None:
    await put(clients, "policies/access", "text", kind="SecureString")
    document = (await SsmDocuments(clients.ssm, PREFIX).load(["policies/access"]))["policies/access"]
    assert isinstance(document, Document)
    assert document.value == "text"


async def test_the_catalogue_is_listed_to_its_end_and_holds_only_profiles(clients: Clients) -> None:
    for number in range(23):
        await put(clients, f"profiles/p{number}", "{}")
    await put(clients, "policies/access", "{}")
    profiles = await SsmDocuments(clients.ssm, PREFIX).load_profiles()
    assert set(profiles) == {f"p{number}" for number in range(23)}


async def test_an_empty_catalogue_is_empty(clients: Clients) -> None:
    assert await SsmDocuments(clients.ssm, PREFIX).load_profiles() == {}


@pytest.mark.parametrize("prefix", ["sentinel", "/sentinel/", ""])
def test_a_prefix_that_would_join_wrongly_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        SsmDocuments(None, prefix)
