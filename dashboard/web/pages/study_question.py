"""Change the question of a study: what it was before is kept and shown."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.comparison.definition import StudyError, of
from dashboard.comparison.models import Study
from dashboard.comparison.question import change_question, started
from dashboard.web.pages.study_new import who
from dashboard.web.question_form import QuestionForm, typed


def page(request: HttpRequest, study_id: str) -> HttpResponse:
    study = get_object_or_404(Study, pk=study_id)
    posted = request.POST if request.method == "POST" else None
    form = QuestionForm(study.trainer, posted, initial=typed(of(study)))
    if posted is not None and form.is_valid() and _changed(request, study, form):
        return redirect("study", study.pk)
    context = {
        "study": study,
        "form": form,
        "seen": study.changes.count(),
        "started": started(study),
    }
    status = 422 if form.errors else 200
    return render(request, "pages/study_question.html", context, status=status)


@transaction.atomic
def _changed(request: HttpRequest, study: Study, form: QuestionForm) -> bool:
    """False where something was refused, which then stands in the form."""
    Study.objects.select_for_update().get(pk=study.pk)
    try:
        asked = form.question()
    except StudyError as error:
        for name, told in error.errors.items():
            form.add_error(name, told)
        return False
    if overtaken := _overtaken(request, study):
        form.add_error(None, overtaken)
        return False
    made = change_question(study, who(request), **asked.kept)
    told = ngettext("%(count)s change is kept.", "%(count)s changes are kept.", len(made))
    messages.success(request, told % {"count": len(made)} if made else _("Nothing was changed."))
    return True


def _overtaken(request: HttpRequest, study: Study) -> str:
    """What happened since the form was shown that its sender should know first."""
    newest = study.changes.last()
    if newest and request.POST.get("seen") != str(study.changes.count()):
        return _(
            "%(by)s changed the question since you opened this form. Look at it in another window;"
            " send this again to change it to what stands here."
        ) % {"by": newest.by}
    if started(study) and request.POST.get("started") != "1":
        return _(
            "Runs have started since you opened this form: what you change now is shown as changed"
            " late. Send it again if you still want to."
        )
    return ""
