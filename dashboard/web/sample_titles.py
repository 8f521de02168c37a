"""Words that built-in trainers give their samples: data of a run, known to translators by this."""

from django.utils.translation import gettext_noop

TITLES = (
    gettext_noop("Held-out regions and the phrases they find"),
    gettext_noop("The phrases nearest to a region"),
    gettext_noop("Boxes before, predicted and true"),
    gettext_noop("Infrared query, nearest RGB pictures"),
    gettext_noop("Colour pencil query, nearest RGB pictures"),
    gettext_noop("Sketch query, nearest RGB pictures"),
    gettext_noop("Text query, nearest RGB pictures"),
)
CAPTIONS = (gettext_noop("query"),)
