from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from dashboard.api import complete, figures, runs, samples, trainers, work

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api_docs"),
    path("figures/", figures.read, name="figures"),
    path("complete/", complete.read, name="complete"),
    path("trainers/", trainers.TrainerList.as_view()),
    path("trainers/<str:name>/", trainers.TrainerDetail.as_view()),
    path("runs/", runs.RunList.as_view()),
    path("runs/<str:pk>/", runs.RunDetail.as_view()),
    path("runs/<str:pk>/stop/", runs.RunStop.as_view()),
    path("runs/<str:pk>/archive/", runs.RunArchive.as_view()),
    path("runs/<str:pk>/restore/", runs.RunRestore.as_view()),
    path("runs/<str:pk>/curves/", runs.RunCurves.as_view()),
    path("runs/<str:pk>/verdicts/", runs.RunVerdicts.as_view()),
    path("runs/<str:pk>/samples/", samples.SampleList.as_view()),
    path("runs/<str:pk>/samples/<str:name>/", samples.SampleFile.as_view(), name="sample_file"),
    path("runs/<str:pk>/lease/", work.Lease.as_view()),
    path("runs/<str:pk>/finish/", work.Finish.as_view()),
    path("runs/<str:pk>/events/", work.Events.as_view()),
    path("runs/<str:pk>/log/", work.Log.as_view()),
    path("claims/", work.Claims.as_view()),
    path("workers/", work.Workers.as_view()),
]
