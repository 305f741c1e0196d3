# What the drivers of the peers have in common: one JSON object a line from the bench, one back. Time is taken in this
# process around the peer's own call, so that neither its start nor these lines count.
import json
import os
import sys
import time


def timed(work):
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


class Driver:
    """Operations by name. A peer overrides what differs; `self.port` is open between `open` and `close`."""

    def open(self, path, baud):
        raise NotImplementedError

    def close(self):
        raise NotImplementedError

    def eval(self, expression):
        raise NotImplementedError

    def put(self, data, remote):
        raise NotImplementedError

    def get(self, remote):
        raise NotImplementedError

    def mkdir(self, remote):
        raise NotImplementedError

    def sync(self, local, remote):
        """Copies a host folder's files, skipping those that are equal."""
        raise NotImplementedError

    # --- what the bench asks for -----------------------------------------------------------------------------------

    def do_open(self, path, baud):
        self.open(path, baud)

    def do_close(self):
        self.close()

    def do_evals(self, expression, seconds):
        """Evaluates for so many seconds."""
        count = 0
        started = now = time.perf_counter()
        while now - started < seconds:
            self.eval(expression)
            count += 1
            now = time.perf_counter()
        return {"count": count, "seconds": now - started}

    def do_upload(self, local, remote):
        """A file, or each file of a folder."""
        files = pairs(local, remote)
        if os.path.isdir(local):
            self.mkdir(remote)
        seconds, _ = timed(lambda: [self.put(data, name) for data, name in files])
        return {"seconds": seconds}

    def do_download(self, local, remote):
        """The same back; `same` says whether what came is what the host has."""
        files = pairs(local, remote)
        seconds, got = timed(lambda: [self.get(name) for _, name in files])
        return {"seconds": seconds, "same": [bytes(data) for data in got] == [data for data, _ in files]}

    def do_sync(self, local, remote):
        seconds, _ = timed(lambda: self.sync(local, remote))
        return {"seconds": seconds}

    def serve(self):
        answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)  # What the peer prints does not get among the answers.
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = getattr(self, "do_" + request.pop("do"))(**request) or {}
            except Exception as error:
                answer = {"error": "%s: %s" % (type(error).__name__, error)}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


def pairs(local, remote):
    """(content, name on the device) of a file, or of each file of a folder."""
    if not os.path.isdir(local):
        return [(read(local), remote)]
    return [(read(os.path.join(local, name)), remote + "/" + name) for name in sorted(os.listdir(local))]


def read(path):
    with open(path, "rb") as file:
        return file.read()
