/* Tries: to take the disk without writing (fallocate).
   Held: as with makes_large_files. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    char name[16];
    for (int file = 0; file < 48; file++) {
        snprintf(name, sizeof name, "file%d", file);
        int to = open(name, O_CREAT | O_WRONLY, 0600);
        if (to < 0 || fallocate(to, 0, 0, 64 << 20) < 0)
            return must_fail(-1, "");
    }
    return got_out("3 GiB are reserved");
}
