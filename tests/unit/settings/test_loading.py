"""A configuration file, read strictly: every fault by file, key and remedy, no value ever told."""

from pathlib import Path

import pytest

from accessreview.model.errors import ConfigurationError
from accessreview.settings import Directory, Ldif, VCenter, load_settings

SOURCE = """
[[source]]
kind = "ldif"
id = "corp"
directory = "openldap"
path = "corp.ldif"
"""
AD = """
[[source]]
kind = "active-directory"
id = "corp"
host = "dc1"
bind_dn = "u"
password_file = "p"
bases = ["DC=x"]
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "accessreview.toml"
    file.write_text(text, encoding="utf-8")
    return file


def fault(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(folder, text))
    return str(caught.value).removeprefix(f"{folder}/accessreview.toml: ")


def test_without_a_file_the_defaults_hold() -> None:
    settings = load_settings(None)
    assert (settings.web.host, settings.web.port, settings.source) == ("127.0.0.1", 8480, ())
    assert settings.database_url == "sqlite:///var/accessreview.db"


def test_paths_are_relative_to_the_file_even_those_by_default(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, SOURCE))
    (source,) = settings.source
    assert isinstance(source, Ldif)
    assert source.path == tmp_path / "corp.ldif"
    assert settings.data_directory == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/accessreview.db"


def test_absolute_paths_stay(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, 'data_directory = "/var/lib/x"'))
    assert settings.data_directory == Path("/var/lib/x")


def test_a_byte_order_mark_of_an_editor_is_no_fault(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "\ufeff[web]\nport = 8000")).web.port == 8000


def test_a_source_without_a_name_is_called_by_its_id(tmp_path: Path) -> None:
    (source,) = load_settings(write(tmp_path, SOURCE)).source
    assert source.label == "corp"


def test_only_a_vcenter_has_untouchable_principals(tmp_path: Path) -> None:
    account = 'username = "u"\npassword_file = "p"\nuntouchable = ["X"]'
    server = 'host = "h"\nid = "s"\npassword_file = "p"\n'
    vcenter = f'[[source]]\nkind = "vcenter"\nusername = "u"\n{server}[source.remediation]\n'
    (source,) = load_settings(write(tmp_path, vcenter + account)).source
    assert isinstance(source, VCenter)
    assert source.remediation is not None
    assert source.remediation.untouchable == ("X",)
    directory = (
        f'[[source]]\nkind = "openldap"\nbind_dn = "u"\nbases = ["b"]\n{server}'
        f"[source.remediation]\n"
    )
    assert "no such setting" in fault(tmp_path, directory + account)


def test_filters_of_a_directory_can_be_set(tmp_path: Path) -> None:
    text = 'user_filter = "(objectClass=user)"'
    (source,) = load_settings(write(tmp_path, AD + text)).source
    assert isinstance(source, Directory)
    assert source.user_filter == "(objectClass=user)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[web]\nprot = 1",
            "web.prot: there is no such setting; docs/reference/settings.md lists all.",
        ),
        (
            AD + '[source.attributes]\nlogon = "cn"',
            "[[source]] number 1.attributes.logon: there is no such setting; ",
        ),
        (
            SOURCE + '[[source]]\nkind = "vcenter"\nid = "x"\nhost = "h"\nusername = "u"',
            "[[source]] number 2.password_file: this setting is missing.",
        ),
        ('[[source]]\nid = "x"', "[[source]] number 1: it needs a kind, such as vcenter or "),
        ('[[source]]\nkind = "vcentre"\nid = "x"', "[[source]] number 1: Input tag 'vcentre' "),
        (SOURCE + SOURCE, "the file as a whole: two sources have the id corp."),
        (SOURCE.replace('"corp"', '"c/o"'), "[[source]] number 1.id: String should match "),
        ("[web]\nport = 0", "web.port: Input should be greater than or equal to 1."),
        ('[schedule]\nremind_at = "24:00"', "schedule.remind_at: String should match pattern "),
        (
            SOURCE + 'admin_pattern = "adm-("',
            "[[source]] number 1.admin_pattern: no regular expression: missing ), unterminated",
        ),
        (
            SOURCE.replace("openldap", "active-directory") + 'dangling_members = "deleted"',
            "[[source]] number 1: dangling_members is not for Active Directory; a member ",
        ),
        (
            AD + 'dangling_members = "deleted"',
            "[[source]] number 1: dangling_members is not for Active Directory; a member ",
        ),
        (
            '[database]\nurl = "sqlite:///near.db"',
            "database.url: write the whole path of the file: sqlite:////absolute/path.",
        ),
    ],
    ids=[
        *("unknown", "unknown attribute", "missing", "no kind", "unknown kind", "doubled"),
        *("bad id", "port", "clock", "pattern", "file of the deleted", "server of the deleted"),
        "relative database",
    ],
)
def test_a_fault_is_told_by_its_key(tmp_path: Path, text: str, told: str) -> None:
    assert fault(tmp_path, text).startswith(told)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    assert fault(tmp_path, "[web]\nport = 0\nprot = 1\n[mail]\n").count("\n") == 3


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:hunter2@h/d",
        "postgresql://u@h/d?password=hunter2",
        "postgresql://u@h/d?sslpassword=hunter2",
        "postgresql://u:hunter2@[h/d",
        "postgresql://u:hunter2\u2100@h/d",
    ],
    ids=["user", "option", "option of the key", "no address", "odd letters"],
)
def test_a_password_in_an_address_is_refused_and_not_told(tmp_path: Path, address: str) -> None:
    told = fault(tmp_path, f'[database]\nurl = "{address}"')
    assert told.startswith("database.url: ")
    assert "hunter2" not in told


def test_a_secret_in_a_wrong_place_is_not_told(tmp_path: Path) -> None:
    told = fault(
        tmp_path, '[mail]\nhost = "h"\nsender = "s"\nport = "hunter2"\npassword = "hunter2"'
    )
    assert "mail.password: there is no such setting" in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"[web", "is not TOML in UTF-8: "), (b"\xff", "is not TOML in UTF-8: ")],
    ids=["not TOML", "not UTF-8"],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    file = tmp_path / "accessreview.toml"
    file.write_bytes(data)
    with pytest.raises(ConfigurationError, match=f"{file} {told}"):
        load_settings(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml cannot be read: No such file"):
        load_settings(tmp_path / "none.toml")
