"""The people of Halden Freight and of its research laboratory, their posts and accounts."""

import unicodedata
from dataclasses import dataclass

# The first of each department leads it.
DEPARTMENTS = {
    "Management": (
        "Hanne Sørlie, Rasmus Dahl, Yewande Adeyemi, Marcus Thorne, Leila Haddad, Olav Kvam"
    ),
    "Infrastructure": (
        "Ingrid Solberg, Alice Berg, Mateo Fuentes, Priya Raman, Viktor Hallberg, Chidi Okafor,"
        " Sofia Marchetti, Jonas Lindqvist, Farah Aziz, Tomasz Wieczorek, Grace Mbeki, Anders Moe,"
        " Dmitri Volkov, Nguyen Thi Lan, Pedro Alves, Kari Nygård, Samuel Osei, Elif Demir,"
        " Bjørn Haugland, Ruth Cohen, Wei Zhang, Oscar Lindgren"
    ),
    "Security": (
        "Nadia Rahimi, Erik Strand, Joanna Nowak, Tariq Hussain, Maya Feldman, Sven Aakre,"
        " Lucía Romero, Peter Achterberg"
    ),
    "Service Desk": (
        "Helen Fraser, Kwame Boateng, Silje Bakken, Rohan Mehta, Camille Laurent, Ivan Petrov,"
        " Noor El-Sayed, Gustav Lien"
    ),
    "Warehouse": (
        "Arne Fossum, Beatriz Costa, Daniel Okoro, Emma Rasmussen, Fatima Zahra, Henrik Vik,"
        " Isabel Navarro, Jakub Kowalski, Kenji Nakamura, Lars Ødegaard, Mina Karimi, Nils Aas,"
        " Oksana Shevchenko, Paulo Ribeiro"
    ),
    "Port Operations": (
        "Willem de Vries, Amina Diallo, Bram Jansen, Claudia Ferrari, Dirk Mulder, Eva Horvat,"
        " Femke Bakker, Giorgos Pappas, Hugo Martin, Iris Smit, Joost Visser, Katarina Novak,"
        " Lieke Vos, Mehmet Yilmaz"
    ),
    "Finance": (
        "Margaret Lindholm, Aditya Rao, Birgit Sand, Cheng Liu, Dorothea Klein, Espen Rød,"
        " Fiona Walsh, Goran Ilić, Hilde Tangen, Imran Qureshi, Julia Santos, Knut Berge"
    ),
    "Customs": (
        "Lotte van Dijk, Mohammed Benali, Nina Sokolova, Otto Brandt, Pilar Ortega, Quentin Moreau,"
        " Rania Khoury, Stefan Keller"
    ),
    "Web and Integration": (
        "Theo Blackwood, Uma Krishnan, Vera Lund, Wesley Adams, Ximena Castro, Yusuf Kaya,"
        " Zuzana Králová, Aaron Levi, Bianca Russo, Cedric Dubois, Diana Popescu, Emil Sandvik"
    ),
    "Facilities": (
        "Frode Helle, Gloria Mensah, Harald Eide, Irene Papadaki, Jamal Carter, Kirsten Holm"
    ),
    "Human Resources": (
        "Linnea Ek, Marek Dvořák, Natalia Ruiz, Oliver Grant, Petra Wolf, Rosa Jiménez"
    ),
    "Contractors": "Sanjay Patel, Tess Morgan, Umar Farouk, Valentina Greco",
}

LABORATORY = (
    "Åse Bjørnstad, Benedikt Maier, Chiara Conti, David Kim, Eleni Dimou, Filip Horák, Gita "
    "Sharma, Haruto Tanaka, Ilse Brandt, Jin Park, Karim Nasser, Lena Fischer, Mikael Haugen, "
    "Marit Haugen, Nora Aune, Omar Saleh, Pia Kallio, Ravi Iyer, Selma Berg, Tuva Engen, "
    "Ulrik Dam, Vikram Singh, Wanda Zielińska, Yara Costa, Zoe Carter, Anton Weiss, Berit "
    "Ness, Caleb Stone, Dina Farouk, Einar Lund"
)

# These work in both places: an account in each directory, one employee number.
IN_BOTH = (
    "alice.berg",
    "farah.aziz",
    "wei.zhang",
    "elif.demir",
    "maya.feldman",
    "ruth.cohen",
    "grace.mbeki",
    "uma.krishnan",
)

# A second account for administration.
WITH_ADMIN_ACCOUNT = (
    "ingrid.solberg",
    "alice.berg",
    "priya.raman",
    "viktor.hallberg",
    "chidi.okafor",
    "jonas.lindqvist",
    "farah.aziz",
    "grace.mbeki",
    "anders.moe",
    "dmitri.volkov",
    "nadia.rahimi",
    "wei.zhang",
    "tess.morgan",
)

# Left the company: disabled, and nobody took them out of their groups.
DISABLED = ("oscar.lindgren", "gustav.lien", "lars.odegaard", "adm-dmitri.volkov")

SERVICE_ACCOUNTS = {
    "svc-backup": "Backup server",
    "svc-monitor": "Monitoring, old collector",
    "svc-deploy": "Deployment pipeline",
    "svc-inventory": "Inventory database",
    "svc-replication": "Replication between sites",
    "svc-patching": "Host patching",
}


@dataclass(frozen=True, slots=True)
class Person:
    """``manager`` is a login, empty for whoever has none."""

    login: str
    name: str
    number: str
    department: str
    manager: str

    @property
    def given_name(self) -> str:
        return self.name.split(" ", 1)[0]

    @property
    def surname(self) -> str:
        return self.name.split(" ", 1)[1]


def login_of(name: str) -> str:
    """First and last names in ASCII; what stands between is left out."""
    plain = name.translate(str.maketrans("øØåÅł", "oOaAl"))
    ascii_name = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    parts = ascii_name.lower().split()
    return f"{parts[0]}.{parts[-1]}"


def company() -> tuple[Person, ...]:
    """Those with an account in the company's own directory."""
    chief = login_of("Hanne Sørlie")
    people = []
    number = 1001
    for department, names in DEPARTMENTS.items():
        members = [name.strip() for name in names.split(",")]
        lead = login_of(members[0])
        for name in members:
            login = login_of(name)
            manager = "" if login == chief else chief if login == lead else lead
            people.append(Person(login, name, f"E{number}", department, manager))
            number += 1
    return tuple(people)


def laboratory() -> tuple[Person, ...]:
    """Those with an account in the laboratory's directory, company people among them."""
    own = []
    lead = login_of("Åse Bjørnstad")
    for number, part in enumerate(LABORATORY.split(","), start=2001):
        login = login_of(part.strip())
        manager = "" if login == lead else lead
        own.append(Person(login, part.strip(), f"E{number}", "Laboratory", manager))
    guests = (person for person in company() if person.login in IN_BOTH)
    return (*own, *(Person(one.login, one.name, one.number, "Guests", lead) for one in guests))
