import pytest

from accessreview.collectors.offline.json_documents import documents
from accessreview.model.errors import InputError
from tests.unit.collectors.offline.exported import exported


def test_documents_follow_each_other_with_their_lines_and_keys_in_lower_case() -> None:
    text = '{\n "Key": {"Inner": 1}\n}\n\n[2]\n'

    assert list(documents(exported(text))) == [(1, {"key": {"inner": 1}}), (5, [2])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1}\n{"b": ', "line 2: no valid JSON"),
        ('{"a": 1, "A": 2}', "line 1: the document that starts here is refused .the key A"),
        ('\n{"a": NaN}', "line 2: .*NaN is no JSON"),
        ("[" * 100_000, "nested too deeply|no valid JSON"),
        ('{"a": ' + "9" * 5000 + "}", "refused"),
        ("role.usage: command not found\n", "no valid JSON"),
    ],
    ids=["cut off", "key twice", "no number", "deep", "long number", "an error message"],
)
def test_what_is_no_json_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        list(documents(exported(text)))
