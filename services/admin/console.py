"""The hosted console: the same files for everyone, which read nothing, call nothing and spend nothing."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Final

from shared.console.assets import DOCUMENT, headers_for, load_assets
from shared.edge.error_codes import Code
from shared.edge.hosted_console import HostedConsole
from shared.edge.public_files import FileRequest
from shared.edge.responses import File, Refusal

CONFIG: Final = "config.json"
# Who types the address without `https` is led here by no one on the way. Other hosts of the domain are not meant.
_TRANSPORT: Final = {"Strict-Transport-Security": "max-age=31536000"}
_NOT_FOUND: Final = Refusal(Code.NOT_FOUND, "There is nothing at this method and path.")


@dataclass
class ConsoleFiles:
    """The files under `/console/`; none of them exists where no console is hosted."""

    hosted: HostedConsole | None

    def answer(self, request: FileRequest) -> File | Refusal:
        """Answer with the file of exactly this name: no path is made of it."""
        if self.hosted is None:
            return _NOT_FOUND
        if request.name is None:
            return File(
                b"",
                {**headers_for(()), **_TRANSPORT, "Cache-Control": "no-store", "Location": "console/"},
                HTTPStatus.FOUND,
            )
        plain, packed = self._files.get(request.name, (None, None))
        if plain is None or packed is None:
            return _NOT_FOUND
        return packed if request.takes_gzip else plain

    @cached_property
    def _files(self) -> Mapping[str, tuple[File, File]]:
        """Each file as it is and compressed, once in the life of a process: an HTTP API compresses nothing."""
        assert self.hosted is not None
        policy = {**headers_for(self.hosted.connects_to), **_TRANSPORT}
        config = {**policy, "Cache-Control": "no-store", "Content-Type": "application/json"}
        files = {CONFIG: File(json.dumps(self.hosted.page_config).encode(), config)}
        for name, asset in load_assets().items():
            headers = {**asset.headers, **policy, "Content-Type": asset.content_type}
            files["" if name == DOCUMENT else name] = File(asset.body, headers)
        return {name: (_plain(file), _packed(file)) for name, file in files.items()}


def _plain(file: File) -> File:
    return File(file.body, {**file.headers, "Vary": "Accept-Encoding"})


def _packed(file: File) -> File:
    headers = {**file.headers, "Vary": "Accept-Encoding", "Content-Encoding": "gzip"}
    return File(gzip.compress(file.body, mtime=0), headers)
