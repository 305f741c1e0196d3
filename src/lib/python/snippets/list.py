# A line for each entry: (name, size), with size -1 for a folder. In a recursive list a line with a str says in
# which folder, seen from the first, the entries that follow are.
def ls(path, recursive):
    if not os.stat(path)[0] & 0x4000:
        fail(20, 54)  # ENOTDIR
    root = path if path[-1:] == "/" else path + "/"
    todo = [""]
    while todo:
        sub = todo.pop()
        if sub:
            print(repr(sub))
        for entry in os.ilistdir((root + sub)[:-1] or "/"):
            name, mode = entry[:2]
            if mode == 0x8000 and len(entry) > 3:
                size = entry[3]
            elif mode == 0x4000:
                size = -1
            else:
                # The Unix port tells no sizes, and nothing about links.
                try:
                    status = os.stat(root + sub + name)
                    size = -1 if status[0] & 0x4000 else status[6]
                except OSError:
                    size = 0
            print(repr((name, size)))  # As one text: printed otherwise, each character is a write of its own.
            if size < 0 and recursive:
                todo.append(sub + name + "/")


def stat(path):
    status = os.stat(path)
    try:
        import time

        epoch = time.gmtime(0)[0]
    except Exception:
        epoch = 0
    print((status[0], status[6], status[8], epoch), end="")
