/* Tries: to use up the disk's inodes by empty files without number.
   Held: a file cannot be made, or the report says that it makes calls without end; all are gone afterwards. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    char name[16];
    for (int file = 0; file < 1000000; file++) {
        snprintf(name, sizeof name, "%d", file);
        int made = open(name, O_CREAT | O_WRONLY, 0600);
        if (made < 0)
            return must_fail(made, "");
        close(made);
    }
    return got_out("a million files");
}
