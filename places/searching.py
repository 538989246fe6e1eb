"""Names as a search compares them: accents, capitals and quotation marks make no difference, on either side."""

import re
import unicodedata

from django.db.models import CharField, TextField, Transform

QUOTES = "'\"`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u2032\u2033\u02bb\u02bc"
_ACCENTS = "[\u0300-\u036f]"
_NO_QUOTES = str.maketrans("", "", QUOTES)


def plain(text: str) -> str:
    """The words as they are compared: "O’Brién" gives "obrien"."""
    return re.sub(_ACCENTS, "", unicodedata.normalize("NFKD", text.translate(_NO_QUOTES))).lower()


@CharField.register_lookup
@TextField.register_lookup
class Plain(Transform):
    """The same in the database, as ``name__plain__contains``. All of it is immutable there, so that an index may hold it.

    Indexes of ``bookings`` hold it: a change here needs a migration that makes them anew. What is looked for goes through
    it too: a term of quotation marks alone is then empty, and fits every row.
    """

    lookup_name = "plain"
    bilateral = True
    output_field = TextField()
    template = (
        "LOWER(REGEXP_REPLACE(NORMALIZE(TRANSLATE(%(expressions)s, '{}', ''), NFKD), '{}', '', 'g'))".format(
            QUOTES.replace("'", "''"), _ACCENTS
        )
    )
