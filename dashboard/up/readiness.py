"""Knowing when the installation serves, and telling its owner how to enter it."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser

import httpx

from dashboard.up import login_link
from dashboard.up.log import Log

POLL_SECONDS = 0.2
TELL_SECONDS = 10.0  # between two lines about what is waited for


async def announce(url: str, log: Log, *, browser: bool) -> None:
    """Wait until all is well, then print the one-time link."""
    await _until_healthy(url, log)
    link = (login_link.address() or url) + login_link.make()
    log.print(f"ready {link}")
    log.print(
        f"Open that link to log in: it works once, within {login_link.MINUTES} minutes"
        " (`python3 manage.py login_link` prints another). Ctrl-C stops; runs in flight go on."
    )
    if browser and has_display():
        await asyncio.to_thread(webbrowser.open, link)


def has_display() -> bool:
    return sys.platform == "darwin" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


async def _until_healthy(url: str, log: Log) -> None:
    loop = asyncio.get_running_loop()
    told = loop.time()
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        while (state := await _state(client, url)) != "ok":
            if loop.time() - told > TELL_SECONDS:
                told = loop.time()
                log.write("up", f"not ready yet: {state}")
            await asyncio.sleep(POLL_SECONDS)


async def _state(client: httpx.AsyncClient, url: str) -> str:
    """ "ok", or what /healthz says is missing."""
    try:
        answer = await client.get(f"{url}/healthz", headers={"Host": "localhost"})
    except httpx.HTTPError as error:
        return f"{url} does not answer yet ({type(error).__name__})"
    return "ok" if answer.status_code == 200 else answer.text[:500]
