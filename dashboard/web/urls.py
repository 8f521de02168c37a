"""The addresses of the pages."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from dashboard.web.pages import (
    backtest,
    backtests,
    bell,
    channels,
    columns,
    compare,
    health,
    launch,
    launch_trainer,
    login,
    login_once,
    machines,
    notice,
    notices,
    rule,
    rules,
    run,
    runs,
    storage,
    table,
    thresholds,
    trash,
    verdict_menu,
    views,
)

urlpatterns = [
    path("", runs.page, name="runs"),
    path("table/", table.page, name="table"),
    path("table/columns/", columns.page, name="columns"),
    path("table/views/", views.page, name="views"),
    path("table/verdicts/", verdict_menu.page, name="verdict_menu"),
    path("runs/<str:run_id>/", run.page, name="run"),
    path("health/", health.page, name="health"),
    path("rules/", rules.page, name="rules"),
    path("rules/<str:name>/", rule.page, name="rule"),
    path("launch/", launch.page, name="launch"),
    path("launch/<str:trainer>/", launch_trainer.page, name="launch_trainer"),
    path("machines/", machines.page, name="machines"),
    path("compare/", compare.page, name="compare"),
    path("notices/", notices.page, name="notices"),
    path("notices/bell/", bell.page, name="bell"),
    path("notices/channels/", channels.page, name="channels"),
    path("notices/<int:notice_id>/", notice.page, name="notice"),
    path("storage/", storage.page, name="storage"),
    path("backtests/", backtests.page, name="backtests"),
    path("backtests/<int:pk>/", backtest.page, name="backtest"),
    path("thresholds/", thresholds.page, name="thresholds"),
    path("trash/", trash.page, name="trash"),
    path("login/", login.page, name="login"),
    path("login/once/<str:token>/", login_once.page, name="login_once"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", login_not_required(set_language), name="language"),
]
