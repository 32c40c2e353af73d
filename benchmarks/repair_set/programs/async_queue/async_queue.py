"""Fetches addresses from a queue with a fixed number of workers."""

import asyncio


async def fetch_all(fetch, urls, workers=3):
    """Return ``(pages, errors)``: what ``await fetch(url)`` returned and raised, by address.

    Each address is fetched once, even where it is listed twice. ``workers`` coroutines take
    addresses in their order. An error of one address does not keep the others from being fetched.
    When the call is cancelled, its workers end too, and the cancellation is passed on.
    """
    queue = asyncio.Queue()
    for url in dict.fromkeys(urls):
        queue.put_nowait(url)
    pages, errors = {}, {}
    tasks = [asyncio.create_task(_work(fetch, queue, pages, errors)) for _ in range(workers)]
    try:
        await queue.join()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return pages, errors


async def _work(fetch, queue, pages, errors):
    while True:
        url = await queue.get()
        try:
            pages[url] = await fetch(url)
        except Exception as error:
            errors[url] = error
        finally:
            queue.task_done()


async def first_page(fetch, mirrors):
    """Return the page of the mirror that answers first; the other requests are cancelled.

    Mirrors that raise OSError are passed over; if all do, the last one's error to arrive is raised.
    Raises ValueError without mirrors.
    """
    if not mirrors:
        raise ValueError("no mirrors")
    waiting = {asyncio.create_task(fetch(url)) for url in mirrors}
    failed = None
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                try:
                    return task.result()
                except OSError as error:
                    failed = error
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    raise failed
