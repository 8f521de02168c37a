"""Every preset can be launched from its page: the form as it stands makes the preset's run."""

from html.parser import HTMLParser

import pytest

from dashboard.runs.models import Run
from trainers.catalog import TRAINERS

PRESETS = [(one.name, preset) for one in TRAINERS.values() for preset in one.presets]


class Form(HTMLParser):
    """What a browser would send of a page's fields, nothing being changed."""

    def __init__(self, page):
        super().__init__()
        self.sent, self._select, self._area = {}, "", ""
        self.feed(page)

    def handle_starttag(self, tag, pairs):
        told = dict(pairs)
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "button"):
            ticks = kind in ("checkbox", "radio")
            if not ticks or "checked" in told:
                self.sent[name] = told.get("value", "on" if ticks else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in told:
            self.sent[self._select] = told.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.sent[name] = ""

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data):
        if self._area:
            self.sent[self._area] += data


@pytest.mark.parametrize(("trainer", "preset"), PRESETS)
def test_a_preset_is_launched_as_its_page_fills_the_form(page_client, trainer, preset):
    address = f"/launch/{trainer}/?preset={preset}"
    form = Form(page_client.get(address).content.decode())
    answer = page_client.post(f"/launch/{trainer}/", form.sent)
    assert answer.status_code == 302, "the form was refused"
    run = Run.objects.get()
    values = TRAINERS[trainer].presets[preset].values
    assert run.config == TRAINERS[trainer].config(**values).model_dump(mode="json")
    assert run.preset == preset
