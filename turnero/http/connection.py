"""Answers what is not even HTTP with a problem, where aiohttp would answer with text and log what it was sent."""

from __future__ import annotations

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from turnero.http import problems
from turnero.http.middleware import REQUEST_ID_HEADER, SECURITY_HEADERS, problem_response


class ProblemServer(web.Server):
    """A `web.Server` whose connections are `ProblemConnection`s."""

    def __call__(self) -> RequestHandler:
        return ProblemConnection(self, loop=self._loop, **self._kwargs)


class ProblemConnection(RequestHandler):
    """A connection that answers a request that could not be parsed with RFC 9457 problem details."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer, and close: after a request that made no sense, nobody knows where the next one begins."""
        del exc, message  # they quote what was sent
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is on its way already")
        response = problem_response(problems.of_status(status, request_id="-"), SECURITY_HEADERS)
        response.headers[REQUEST_ID_HEADER] = "-"
        response.force_close()
        return response
