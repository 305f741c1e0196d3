# Runs commands that come through standard input: length, mark, code. Answers: output, mark, length, traceback.
import io, sys


def serve():
    commands = sys.stdin.buffer
    answers = sys.stdout.buffer
    main = {"__name__": "__main__"}
    while True:
        head = commands.read(12)
        if len(head) < 12:
            return
        code = commands.read(int.from_bytes(head[:4], "little"))
        error = b""
        try:
            exec(code, main)
        except BaseException as exception:
            text = io.StringIO()
            sys.print_exception(exception, text)
            error = text.getvalue().encode()
        code = None
        answers.write(head[4:] + len(error).to_bytes(4, "little") + error)


serve()
