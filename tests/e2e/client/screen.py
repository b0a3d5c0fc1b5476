import asyncio
import os


class Screen:
    """What a terminal shows, read as it comes."""

    def __init__(self, descriptor: int) -> None:
        self.text = ""
        self._descriptor = descriptor
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    def _read(self) -> None:
        try:
            self.text += os.read(self._descriptor, 65536).decode(errors="replace")
        except OSError:  # the other end is gone
            asyncio.get_running_loop().remove_reader(self._descriptor)
        self._news.set()

    async def until(self, words: str) -> None:
        while words not in self.text:
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)
