"""The groups of both directories: owner, then members; ``@`` stands before a group's name."""

from dataclasses import dataclass
from pathlib import Path

from sample_company.people import DEPARTMENTS, company


@dataclass(frozen=True, slots=True)
class Group:
    """``owner`` is a login or empty; ``members`` are logins, or group names after ``@``."""

    name: str
    owner: str
    members: tuple[str, ...]
    description: str = ""


_BY_DEPARTMENT = {
    "Management": "GG-Management",
    "Infrastructure": "GG-Infrastructure",
    "Security": "GG-Security",
    "Service Desk": "GG-Service-Desk",
    "Warehouse": "GG-Warehouse",
    "Port Operations": "GG-Port-Operations",
    "Finance": "GG-Finance",
    "Customs": "GG-Customs",
    "Web and Integration": "GG-Web-Integration",
    "Facilities": "GG-Facilities",
    "Human Resources": "GG-Human-Resources",
    "Contractors": "GG-Contractors",
}


def company_groups() -> tuple[Group, ...]:
    """Those of the company's directory; everybody's primary group, Domain Users, has no member."""
    people = company()
    by_department = []
    for department in DEPARTMENTS:
        logins = tuple(person.login for person in people if person.department == department)
        title = f"Everybody in {department}"
        by_department.append(Group(_BY_DEPARTMENT[department], logins[0], logins, title))
    return (Group("Domain Users", "", ()), *by_department, *_listed("company_groups.txt"))


def laboratory_groups() -> tuple[Group, ...]:
    """Those of the laboratory's directory."""
    return _listed("laboratory_groups.txt")


def _listed(file: str) -> tuple[Group, ...]:
    """One group a line: name, owner, members, with bars between."""
    groups = []
    for line in (Path(__file__).parent / file).read_text("utf-8").splitlines():
        name, owner, members = (part.strip() for part in line.split("|"))
        groups.append(Group(name, owner, tuple(members.split())))
    return tuple(groups)
