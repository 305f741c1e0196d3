# A line for each mounted file system: (path, bytes, free bytes).
def usage():
    try:
        import vfs

        paths = [mount[1] for mount in vfs.mount()]
    except Exception:
        # Before 1.25: the root, and what in it has other numbers.
        paths = ["/"]
        for entry in os.ilistdir("/"):
            path = "/" + entry[0]
            if entry[1] == 0x4000 and os.statvfs(path) != os.statvfs("/"):
                paths.append(path)
    for path in paths:
        numbers = os.statvfs(path)
        size = numbers[1] or numbers[0]
        if numbers[2]:
            print((path, size * numbers[2], size * numbers[3]))
