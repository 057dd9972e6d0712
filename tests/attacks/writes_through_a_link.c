/* Tries: to write into a file by a link in its own folder.
   Held: EACCES; the file is as it was. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    if (symlink(victim(argc, argv, 1), "link") < 0)
        return must_fail(-1, "");
    int file = open("link", O_WRONLY | O_APPEND);
    return must_fail(file < 0 ? -1 : write(file, "owned\n", 6), "it is written");
}
