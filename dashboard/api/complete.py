"""What may follow in the search box: GET /api/complete/?q=par&at=3."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from dashboard.search.completion import complete
from dashboard.search.grammar import LONGEST


class CompleteSerializer(serializers.Serializer[Any]):
    q = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST, trim_whitespace=False
    )
    at = serializers.IntegerField(required=False, min_value=0, max_value=LONGEST)


@extend_schema(
    operation_id="complete",
    parameters=[
        OpenApiParameter("q", description="the query as it stands"),
        OpenApiParameter("at", int, description="the caret's place; the end without"),
    ],
    responses={200: dict},
)
@api_view(["GET"])
def read(request: Request) -> Response:
    """Offers for the text from `from` to `to` of the query, best first."""
    form = CompleteSerializer(data=request.query_params.dict())
    form.is_valid(raise_exception=True)
    query = form.validated_data["q"]
    found = complete(query, form.validated_data.get("at", len(query)))
    offers = [{"text": offer.text, "kind": offer.kind} for offer in found.offers]
    return Response({"from": found.start, "to": found.end, "offers": offers})
