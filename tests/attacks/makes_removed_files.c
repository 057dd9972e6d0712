/* Tries: to fill the disk by files that have no name any more: no walk through its folder finds them.
   Held: as with makes_large_files. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    static char block[1 << 20];
    for (int file = 0; file < 48; file++) {
        int to = open("file", O_CREAT | O_WRONLY | O_EXCL, 0600);
        unlink("file");
        for (int part = 0; part < 64; part++)
            if (write(to, block, sizeof block) < 0)
                return must_fail(-1, "");
    }
    return got_out("3 GiB of files without names");
}
