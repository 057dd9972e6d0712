/* Tries: to put another program in the place of its own executable, for the cases after this one.
   Held: the calls are refused; the file is as it was. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    char path[4096] = "";
    (void)argc;
    if (readlink("/proc/self/exe", path, sizeof path - 1) < 0)
        snprintf(path, sizeof path, "%s", argv[0]);
    if (unlink(path) < 0)
        return must_fail(-1, "");
    int file = open(path, O_CREAT | O_WRONLY, 0755);
    return must_fail(file < 0 ? 0 : write(file, "#!/bin/true\n", 12), "its executable is gone");
}
