"""Log in with a name and a password."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView

page = login_not_required(
    LoginView.as_view(template_name="pages/login.html", redirect_authenticated_user=True)
)
