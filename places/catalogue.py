"""Fill the tables of places with what we ship: regions and police forces."""

from django.db import transaction

from places.models import Force, Region
from places.shipped import ship
from places.tables import read


@transaction.atomic
def load() -> None:
    """Create or refresh regions and forces. Running it again changes nothing; a person's edits are kept."""
    regions = {
        row["name"]: ship(
            Region,
            {"name": row["name"]},
            {"nation": row["nation"], "allowance_minutes": row["allowance_minutes"]},
        )
        for row in read("regions.csv")
    }
    for row in read("forces.csv"):
        ship(
            Force,
            {"slug": row["slug"]},
            {
                "name": row["name"],
                "ons_code": row["ons_code"],
                "nation": row["nation"],
                "region": regions.get(row["region"]),
                "email_domains": row["email_domains"].split(),
                "hq_town": row["hq_town"],
                "lat": row["lat"],
                "lon": row["lon"],
            },
        )
