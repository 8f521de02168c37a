"""The published description of the API is valid OpenAPI 3.1."""

import pytest
import yaml
from openapi_spec_validator import validate

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_names_every_door(as_scope):
    answer = as_scope("viewer").get("/api/schema/")
    schema = yaml.safe_load(answer.content)
    assert schema["openapi"].startswith("3.1")
    validate(schema)
    assert {
        "/api/runs/",
        "/api/runs/{id}/",
        "/api/runs/{id}/stop/",
        "/api/runs/{id}/curves/",
        "/api/runs/{id}/verdicts/",
        "/api/runs/{id}/events/",
        "/api/claims/",
    } <= set(schema["paths"])


def test_the_documentation_page_loads_nothing_from_elsewhere(as_scope):
    page = as_scope("viewer").get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "https://" not in page
